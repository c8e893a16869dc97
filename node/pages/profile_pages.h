// The form of our city's own profile: what others compare themselves with, and where they find us.
//
// On the HTTP server's thread.
#pragma once

#include <optional>

#include "node/pages/page_frame.h"

namespace koinon {

// What a city's latest profile says; empty where there is none. `frame` outlives every request.
boost::asio::awaitable<boost::json::object> profile_of(PageFrame* frame, Visit visit, std::string city);

class ProfilePages {
 public:
  ProfilePages(PageFrame& frame, const Areas& areas) : frame_(frame), desk_(areas.desk) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  boost::asio::awaitable<boost::json::object> current(Visit visit) {
    return profile_of(&frame_, std::move(visit), frame_.shared().parts.facts.name);
  }
  HttpResponse show(const Visit& visit, const std::map<std::string, std::string>& values,
                    const std::optional<Error>& failed);

  PageFrame& frame_;
  DeskApi& desk_;
};

}  // namespace koinon
