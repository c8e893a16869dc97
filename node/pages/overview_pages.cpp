#include "node/pages/overview_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/overview_api.h"
#include "node/pages/map_picture.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

std::string outcome_or_stage(const Visit& visit, const AdoptionView& item) {
  if (!item.outcome.empty()) return visit.named("outcome", item.outcome);
  return item.stage.empty() ? "" : visit.named("stage", item.stage);
}

json::array adoption_rows(const Visit& visit, const std::vector<AdoptionView>& items) {
  json::array out;
  for (const AdoptionView& one : items) {
    out.push_back(json::object{{"ref", one.note.ref},
                               {"city", one.note.city},
                               {"of", one.of},
                               {"of_city", one.of_city},
                               {"of_title", one.of_title.empty() ? one.of : one.of_title},
                               {"of_language", language_tag(one.of_language)},
                               {"how", outcome_or_stage(visit, one)},
                               {"date", date_of(visit, one.note.created_at)}});
  }
  return out;
}

// "2 worked, 1 partly" of what serves a goal or a commitment.
std::string outcomes_text(const Visit& visit, const ServedView& served) {
  std::string out;
  for (const std::string outcome : {"worked", "partly", "did-not", "too-early"}) {
    const auto counted = served.outcomes.find(outcome);
    if (counted == served.outcomes.end()) continue;
    out += (out.empty() ? "" : " · ") + visit.say("outcome." + outcome) + ": " +
           visit.words->number(static_cast<double>(counted->second));
  }
  return out;
}

json::object served_row(const Visit& visit, const std::string& name, const ServedView& served) {
  return {{"name", name},
          {"practices", visit.words->number(static_cast<double>(served.practices))},
          {"adoptions", visit.words->number(static_cast<double>(served.adoptions))},
          {"outcomes", outcomes_text(visit, served)}};
}

}  // namespace

void OverviewPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/impact", Need::kReading, "showImpact", "What our city gave and took",
             [this](Visit visit) { return impact(std::move(visit)); });
  frame_.get(routes, "/map", Need::kReading, "showMap",
             "Who adopted what from whom, in the world or a part of it",
             [this](Visit visit) { return map(std::move(visit)); }, {"region"});
}

asio::awaitable<HttpResponse> OverviewPages::impact(Visit visit) {
  const auto found = co_await frame_.call(visit, overview_.impact, Nothing{});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  PageView view{"impact", visit.say("impact.title"), {}, 200, "", ""};
  json::array numbers;
  const auto add = [&](const char* key, std::int64_t count) {
    numbers.push_back(json::object{{"number", visit.words->number(static_cast<double>(count))},
                                   {"text", visit.say(key, {{"count", count}})}});
  };
  add("impact.practices", found->practices);
  add("impact.given", static_cast<std::int64_t>(found->given.size()));
  add("impact.cities", static_cast<std::int64_t>(found->cities_that_took));
  add("impact.taken", static_cast<std::int64_t>(found->taken.size()));
  add("impact.answered", found->questions_answered);
  json::array goals;
  for (const auto& [number, served] : found->goals) {
    const std::string goal = std::to_string(number);
    json::object row = served_row(visit, visit.named("sdg", goal), served);
    row["goal"] = goal;
    goals.push_back(std::move(row));
  }
  json::array commitments;
  for (const auto& [agreement, served] : found->commitments)
    commitments.push_back(served_row(visit, agreement, served));
  view.model = {{"numbers", std::move(numbers)},
                {"given", adoption_rows(visit, found->given)},
                {"taken", adoption_rows(visit, found->taken)},
                {"has_goals", !goals.empty()},
                {"goals", std::move(goals)},
                {"has_commitments", !commitments.empty()},
                {"commitments", std::move(commitments)},
                {"printed", visit.words->date(frame_.shared().parts.clock.wall())}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OverviewPages::map(Visit visit) {
  const auto found = co_await frame_.call(visit, overview_.map, Nothing{});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  // A part that there is not is the world: who wrote the address sees a map.
  const MapWindow* window = find_map_window(visit.request.param("region"));
  PageView view{"map", visit.say("map.title"), {}, 200, "", ""};
  view.model = map_model(frame_, visit, *found, window == nullptr ? map_windows().front() : *window);
  view.model["rows"] = adoption_rows(visit, found->adoptions);
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
