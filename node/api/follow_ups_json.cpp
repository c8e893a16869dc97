#include "node/api/follow_ups_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object follow_up_json(const FollowUpView& view) {
  json::object out{{"of", view.of},       {"title", view.title}, {"city", view.of_city},
                   {"stage", view.stage}, {"last", view.last},   {"said_at", time_text(view.said_at)}};
  if (!view.outcome.empty()) out["outcome"] = view.outcome;
  if (view.months > 0) out["months"] = view.months;
  return out;
}

HttpResponse list_answer(const ApiRequest&, const std::vector<FollowUpView>& view) {
  json::array items;
  for (const FollowUpView& one : view) items.push_back(follow_up_json(one));
  return json_response({{"items", std::move(items)}});
}

HttpResponse word_answer(const ApiRequest& request, const FollowUpView& view) {
  return conditional(request, json_response(follow_up_json(view)));
}

}  // namespace

void add_follow_ups_routes(RouteTable& routes, CallGate& gate, const FollowUpsApi& follow_ups) {
  add_route(routes, gate, follow_ups.list, read_nothing, list_answer);
  add_route(routes, gate, follow_ups.our_word, record_arg, word_answer);
}

}  // namespace koinon
