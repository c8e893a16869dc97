#include "node/api/story_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"
#include "node/api/story_api.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object step_json(const StoryStep& step) {
  json::object out{{"part", story_part_text(step.part)},
                   {"note", summary_json(step.note)},
                   {"of", step.of},
                   {"of_city", step.of_city}};
  if (!step.stage.empty()) out["stage"] = step.stage;
  if (!step.outcome.empty()) out["outcome"] = step.outcome;
  if (!step.period.empty()) out["period"] = step.period;
  if (step.said_again) out["said_again"] = true;
  if (step.part == StoryPart::kAsked) out["to"] = json::array(step.to.begin(), step.to.end());
  if (step.after)
    out["after_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(*step.after).count();
  return out;
}

json::object story_json(const StoryView& view) {
  json::array languages;
  for (const SummaryView& one : view.languages) languages.push_back(summary_json(one));
  json::array steps;
  for (const StoryStep& step : view.steps) steps.push_back(step_json(step));
  json::object outcomes;
  for (const auto& [outcome, count] : view.outcomes) outcomes[outcome] = count;
  json::object out{{"practice", summary_json(view.practice)},
                   {"languages", std::move(languages)},
                   {"steps", std::move(steps)},
                   {"cities", view.cities},
                   {"outcomes", std::move(outcomes)},
                   {"more", view.more}};
  if (!view.period.empty()) out["period"] = view.period;
  return out;
}

HttpResponse story_answer(const ApiRequest& request, const StoryView& view) {
  return conditional(request, json_response(story_json(view)));
}

HttpResponse first_answer(const ApiRequest& request, const FirstStory& view) {
  json::object out;
  if (view.story) out["story"] = story_json(*view.story);
  return conditional(request, json_response(out));
}

}  // namespace

void add_story_routes(RouteTable& routes, CallGate& gate, const StoryApi& story) {
  add_route(routes, gate, story.of_practice, record_arg, story_answer);
  add_route(routes, gate, story.of_first_page, read_nothing, first_answer);
}

}  // namespace koinon
