#include "node/pages/picture_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/figures_api.h"
#include "node/pages/adoption_pictures.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "node/text/topic_names.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

void PicturePages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/pictures", Need::kReading, "showPictures",
             "How the practices of a topic went and what they cost, as pictures",
             [this](Visit visit) { return show(std::move(visit)); }, {"topic"});
}

asio::awaitable<HttpResponse> PicturePages::show(Visit visit) {
  const std::string typed = visit.request.param("topic");
  const auto named = topic_named(typed);
  auto query = read_figures_query({{"topic", named ? *named : typed}});
  const auto found = co_await frame_.call(visit, figures_.get, std::move(query));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const UnixMillis now = frame_.shared().parts.clock.wall();
  json::array pictures = adoption_pictures(visit, found->adoptions, now);
  if (!found->notes.empty()) pictures.push_back(cost_picture(frame_, visit, *found));
  const std::string label = found->topic.empty() ? std::string() : topic_label(visit, found->topic);
  PageView view{
      "pictures",
      label.empty() ? visit.say("pictures.title") : visit.say("pictures.title_of", {{"topic", label}}),
      {},
      200,
      "",
      ""};
  view.model = {
      {"title", view.title},
      {"typed", label.empty() ? typed : label},
      {"topic_names", topic_names(visit)},
      {"topic_href", found->topic.empty() ? "/" : "/?topic=" + query_escaped(found->topic)},
      {"json_href",
       "/api/v1/figures" + (found->topic.empty() ? std::string() : "?topic=" + query_escaped(found->topic))},
      {"summary", visit.say("pictures.summary", {{"count", shown_count(total_of(found->adoptions.all))},
                                                 {"cities", shown_count(found->adoptions.cities)},
                                                 {"practices", shown_count(found->costs.practices)}})},
      {"has_pictures", !pictures.empty()},
      {"pictures", std::move(pictures)}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
