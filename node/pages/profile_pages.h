// The form of our city's own profile: what others compare themselves with, and where they find us.
//
// On the reading thread of its areas.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "node/pages/page_frame.h"

namespace koinon {

class ProfilePages {
 public:
  ProfilePages(PageFrame& frame, const Areas& areas)
      : frame_(frame), desk_(areas.desk), drafts_(areas.drafts), records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  HttpResponse show(const Visit& visit, const std::map<std::string, std::string>& values,
                    const std::optional<Error>& failed);

  PageFrame& frame_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  RecordsApi& records_;
};

}  // namespace koinon
