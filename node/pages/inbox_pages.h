// The inbox of what others say to us, and who sees to it.
//
// On the reading thread of its areas.
#pragma once

#include <vector>

#include "node/api/inbox_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

class InboxPages {
 public:
  InboxPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), desk_(areas.desk), inbox_(areas.inbox), records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> inbox(Visit visit);
  boost::asio::awaitable<HttpResponse> change(Visit visit);
  // The one note whose change was refused, with what was typed: nothing of it is lost.
  boost::asio::awaitable<HttpResponse> show_refused(Visit visit, Error why);
  boost::asio::awaitable<boost::json::object> case_model(Visit visit, CaseView item);
  boost::asio::awaitable<std::vector<Colleague>> colleagues(Visit visit);

  PageFrame& frame_;
  DeskApi& desk_;
  InboxApi& inbox_;
  RecordsApi& records_;
};

}  // namespace koinon
