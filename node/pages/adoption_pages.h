// The form of an adoption: that our city tries a practice of another one, and how it went.
//
// On the reading thread of its areas.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "node/pages/page_frame.h"
#include "node/reading/record_view.h"

namespace koinon {

class AdoptionPages {
 public:
  AdoptionPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        desk_(areas.desk),
        drafts_(areas.drafts),
        follow_ups_(areas.follow_ups),
        records_(areas.records),
        worksheets_(areas.worksheets) {}
  void add_routes(RouteTable& routes);

 private:
  using Values = std::map<std::string, std::string>;  // by the fields of the form

  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  // What the form begins with: what our city said of the practice last, and what stands on the worksheet that
  // the address names. Empty: nothing.
  boost::asio::awaitable<Values> begins_with(Visit visit, std::string practice);
  // Whichever of its versions was adopted.
  boost::asio::awaitable<Values> said_before(Visit visit, std::string practice);
  // The form with what was typed and, where something is wrong, what.
  boost::asio::awaitable<HttpResponse> show(Visit visit, std::optional<Error> failed);

  PageFrame& frame_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  FollowUpsApi& follow_ups_;
  RecordsApi& records_;
  WorksheetsApi& worksheets_;
};

}  // namespace koinon
