#include "node/api/calls_json.h"

#include <boost/json.hpp>

#include "node/api/calls_api.h"
#include "node/api/file_response.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/markdown.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object time_json(const CallTime& time) {
  // To the millisecond as well: whoever says yes names the very time that was offered.
  return {{"start", time_text(time.start)},
          {"start_ms", std::to_string(time.start.value)},
          {"minutes", time.length.count()}};
}

json::array times_json(const std::vector<CallTime>& times) {
  json::array out;
  for (const CallTime& time : times) out.push_back(time_json(time));
  return out;
}

void put_outcome(json::array& out, const std::string& city, const std::optional<CallOutcome>& said) {
  if (said) out.push_back(json::object{{"city", city}, {"held", said->held}, {"text", said->text}});
}

HttpResponse list_answer(const ApiRequest& request, const std::vector<CallItem>& view) {
  json::array items;
  for (const CallItem& item : view) items.push_back(call_item_json(item));
  return conditional(request, json_response({{"items", std::move(items)}}));
}

HttpResponse clock_answer(const ApiRequest& request, const CityClockView& view) {
  return conditional(request, json_response({{"city", view.city},
                                             {"time_zone", view.time_zone},
                                             {"country", view.country},
                                             {"zones", json::array(view.zones.begin(), view.zones.end())}}));
}

}  // namespace

json::object call_json(const CallView& view) {
  const CallState& state = view.state;
  json::object out{{"form", view.call.form()},
                   {"from", view.asker},
                   {"to", view.asked},
                   {"phase", call_phase_text(state.phase)},
                   {"offered", times_json(state.offered)},
                   {"from_time_zone", view.asker_zone},
                   {"to_time_zone", view.asked_zone}};
  if (state.agreed) out["time"] = time_json(*state.agreed);
  if (state.called_off) out["called_off"] = time_json(*state.called_off);
  if (!state.colleague.empty()) out["colleague"] = state.colleague;
  json::array outcomes;
  put_outcome(outcomes, view.asker, state.asker_said);
  put_outcome(outcomes, view.asked, state.asked_said);
  out["outcomes"] = std::move(outcomes);
  return out;
}

json::object call_item_json(const CallItem& item) {
  json::object out = call_json(item.call);
  out["ref"] = item.call.ref;
  out["title"] = title_line(item.call.call.title());
  out["about"] = json::array(item.call.about.begin(), item.call.about.end());
  out["to_do"] = call_task_text(item.task);
  return out;
}

void add_calls_routes(RouteTable& routes, CallGate& gate, const CallsApi& calls) {
  add_route(
      routes, gate, calls.list,
      +[](const ApiRequest& request) { return read_call_list_query(request.query); }, list_answer);
  add_route(
      routes, gate, calls.calendar, record_arg, +[](const ApiRequest& request, const CallFile& view) {
        return conditional(request, calendar_response(view.text));
      });
  add_route(
      routes, gate, calls.clock,
      +[](const ApiRequest& request) -> Result<NamedCity> { return NamedCity{request.arg("city")}; },
      clock_answer);
}

}  // namespace koinon
