// Cities: who is here and why they are trusted, each with its profile, its notes and whom it vouches for.
//
// On the HTTP server's thread.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class CityPages {
 public:
  CityPages(PageFrame& frame, const Areas&) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> cities(Visit visit);
  boost::asio::awaitable<HttpResponse> city(Visit visit);
  boost::asio::awaitable<HttpResponse> show_city(Visit visit, std::string problem);
  boost::asio::awaitable<HttpResponse> change(Visit visit);

  PageFrame& frame_;
};

}  // namespace koinon
