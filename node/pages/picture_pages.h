// Figures of a topic, or of all, as pictures.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class PicturePages {
 public:
  PicturePages(PageFrame& frame, const Areas& areas) : frame_(frame), figures_(areas.figures) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> show(Visit visit);

  PageFrame& frame_;
  FiguresApi& figures_;
};

}  // namespace koinon
