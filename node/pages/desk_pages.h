// An office's desk: drafts, what waits, what was published, what is watched.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class DeskPages {
 public:
  DeskPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        calls_(areas.calls),
        desk_(areas.desk),
        drafts_(areas.drafts),
        follow_ups_(areas.follow_ups),
        inbox_(areas.inbox),
        search_(areas.search),
        worksheets_(areas.worksheets) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> show(Visit visit);

  PageFrame& frame_;
  CallsApi& calls_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  FollowUpsApi& follow_ups_;
  InboxApi& inbox_;
  SearchApi& search_;
  WorksheetsApi& worksheets_;
};

}  // namespace koinon
