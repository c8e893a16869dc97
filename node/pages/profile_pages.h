// The form of our city's own profile: what others compare themselves with, and where they find us.
//
// On the HTTP server's thread.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class ProfilePages {
 public:
  explicit ProfilePages(PageFrame& frame) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  boost::asio::awaitable<boost::json::object> current(Visit visit);
  HttpResponse show(const Visit& visit, const std::map<std::string, std::string>& values,
                    const OperationResult& failed);

  PageFrame& frame_;
};

}  // namespace koinon
