// Who learned from whom: the matrix, the years, and the notes behind each figure; and the same as a briefing
// on paper.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class TiesPages {
 public:
  TiesPages(PageFrame& frame, const Areas& areas) : frame_(frame), overview_(areas.overview) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> show(Visit visit);

  PageFrame& frame_;
  OverviewApi& overview_;
};

}  // namespace koinon
