// /notes: all notes that stand, or those of a topic, of a city or of a kind, newest first by when they came
// here. Its pages end at numbers of arrivals and not at places in the list, so that a page of older notes
// stays as it is when new ones come: whoever keeps the site as files makes it once.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class NotesPages {
 public:
  // `frame` outlives this.
  NotesPages(PageFrame& frame, const Areas& areas) : frame_(frame), records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> show(Visit visit);

  PageFrame& frame_;
  RecordsApi& records_;
};

}  // namespace koinon
