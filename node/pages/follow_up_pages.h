// How is it going? What our city said of a practice last, and the next word on it, in one press. A link in a
// mail leads here: it shows, and changes nothing.
//
// On the reading thread of its areas.
#pragma once

#include <optional>

#include "node/pages/page_frame.h"
#include "node/reading/follow_up_view.h"

namespace koinon {

class FollowUpPages {
 public:
  FollowUpPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), desk_(areas.desk), drafts_(areas.drafts), follow_ups_(areas.follow_ups) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> say(Visit visit);
  HttpResponse show(const Visit& visit, const FollowUpView& said, const std::optional<Error>& failed);

  PageFrame& frame_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  FollowUpsApi& follow_ups_;
};

// For the desk: the adoptions of ours that are due, each with its buttons.
boost::asio::awaitable<void> put_due(PageFrame& frame, FollowUpsApi& follow_ups, Visit visit,
                                     boost::json::object& model);
// For the page of a practice: what our city said of it last; false: nothing. `may_say`: who looks may say
// more.
boost::asio::awaitable<void> put_our_word(PageFrame& frame, FollowUpsApi& follow_ups, Visit visit,
                                          std::string practice, bool may_say, boost::json::object& model);

}  // namespace koinon
