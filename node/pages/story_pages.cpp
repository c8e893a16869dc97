#include "node/pages/story_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/query_params.h"
#include "node/api/story_api.h"
#include "node/pages/story_model.h"

namespace koinon {
namespace asio = boost::asio;

void StoryPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/story/{city}/{index}", Need::kReading, "showStory", "What came of a practice",
             [this](Visit visit) { return show(std::move(visit)); });
}

asio::awaitable<HttpResponse> StoryPages::show(Visit visit) {
  const auto found = co_await frame_.call(visit, story_.of_practice, NamedRecord{ref_arg(visit.request)});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const std::string& title = found->practice.title.empty() ? found->practice.ref : found->practice.title;
  PageView view{"story", visit.say("story.of", {{"title", title}}), {}, 200, "", ""};
  view.description = found->practice.summary;
  view.model = whole_story(frame_, visit, *found);
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
