#include "node/pages/template_pages.h"

#include <boost/asio/use_awaitable.hpp>

namespace koinon {
namespace asio = boost::asio;

void TemplatePages::add_routes(RouteTable& routes) {
  frame_.post(
      routes, "/publish/template", Need::kPublisher, "postTemplate",
      "Begin a practice of our own with this one as its template",
      [this](Visit visit) { return make(std::move(visit)); }, kSmallBody);
}

asio::awaitable<HttpResponse> TemplatePages::make(Visit visit) {
  const auto draft = co_await frame_.call(visit, templates_.make,
                                          TemplateQuery{visit.field("of"), visit.words->tag(), true});
  if (!draft.ok()) co_return frame_.failed(visit, draft.error());
  co_return PageFrame::go("/publish?draft=" + std::to_string(draft->id.value) + "&saved=yes");
}

}  // namespace koinon
