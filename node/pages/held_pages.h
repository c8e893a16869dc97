// What waits to be signed: shown, taken back, signed now.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

struct HeldView;
struct SignedView;

class HeldPages {
 public:
  HeldPages(PageFrame& frame, const Areas& areas) : frame_(frame), desk_(areas.desk), drafts_(areas.drafts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> held(Visit visit);
  boost::asio::awaitable<HttpResponse> change_held(Visit visit);
  boost::asio::awaitable<HttpResponse> take_back(Visit visit);

  PageFrame& frame_;
  DeskApi& desk_;
  DraftsApi& drafts_;
};

// What waits, as a list or its page calls it; empty: it has no title yet.
std::string title_of_held(const Visit& visit, const HeldView& held);
// The language of that title; empty: it is in the reader's.
std::string language_of_held(const Visit& visit, const HeldView& held);
// After something was published: to what waits, or to the page of `shown` (empty: of the record itself),
// which then says once that it is published.
HttpResponse go_to_published(const SignedView& done, const std::string& shown = {});
// Whether the page of this ref is the first after that. Then `response` ends it.
bool is_just_published(const Visit& visit, const std::string& ref);
void end_just_published(HttpResponse& response);

}  // namespace koinon
