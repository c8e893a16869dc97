// The story of a practice: what came of it in other cities.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class StoryPages {
 public:
  StoryPages(PageFrame& frame, const Areas& areas) : frame_(frame), story_(areas.story) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> show(Visit visit);

  PageFrame& frame_;
  StoryApi& story_;
};

}  // namespace koinon
