// The pages that look at many records together: what our city gave and took, and the map of adoptions.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class OverviewPages {
 public:
  OverviewPages(PageFrame& frame, const Areas& areas) : frame_(frame), overview_(areas.overview) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> impact(Visit visit);
  boost::asio::awaitable<HttpResponse> map(Visit visit);

  PageFrame& frame_;
  OverviewApi& overview_;
};

}  // namespace koinon
