// Cities: who is here and why they are trusted, each with its profile and notes; what our city gave and took;
// and the map of who adopted what.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class CityPages {
 public:
  explicit CityPages(PageFrame& frame) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> cities(Visit visit);
  boost::asio::awaitable<HttpResponse> city(Visit visit);
  boost::asio::awaitable<HttpResponse> impact(Visit visit);
  boost::asio::awaitable<HttpResponse> map(Visit visit);

  PageFrame& frame_;
};

}  // namespace koinon
