// "Would it work here?": the worksheet of a practice, as a form, for print and as a file.
//
// On the reading thread of its areas.
#pragma once

#include <optional>
#include <string>

#include "node/pages/page_frame.h"
#include "node/reading/worksheet_view.h"

namespace koinon {

class WorksheetPages {
 public:
  WorksheetPages(PageFrame& frame, const Areas& areas) : frame_(frame), worksheets_(areas.worksheets) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> print(Visit visit);
  boost::asio::awaitable<HttpResponse> markdown(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  boost::asio::awaitable<HttpResponse> remove(Visit visit);
  boost::asio::awaitable<HttpResponse> autosave(Visit visit, Result<WorksheetView> kept);
  // The form; after one was sent with what was typed and, where something is wrong, what.
  boost::asio::awaitable<HttpResponse> show(Visit visit, std::string ref, std::optional<Error> failed);
  // Keeps what the form says. `overwrite`: whatever stands there.
  boost::asio::awaitable<Result<WorksheetView>> keep(Visit visit, bool overwrite);

  PageFrame& frame_;
  WorksheetsApi& worksheets_;
};

}  // namespace koinon
