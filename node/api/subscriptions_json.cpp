#include "node/api/subscriptions_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/subscriptions_api.h"

namespace koinon {
namespace json = boost::json;
namespace {

// {"topics": "all"} or {"topics": ["health", …]}: the whole list.
Result<BodyFilter> filter_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"topics"}));
  const auto* topics = object.if_contains("topics");
  if (topics == nullptr || (!topics->is_array() && !topics->is_string()))
    return fail(Code::kInvalidArgument, "it is \"all\" or a list of topics", "topics");
  if (topics->is_string()) return parse_filter(std::string_view(topics->as_string()));
  std::string text;
  for (const auto& topic : topics->as_array()) {
    if (!topic.is_string() || topic.as_string().find(',') != json::string::npos)
      return fail(Code::kInvalidArgument, "it is a list of topics", "topics");
    text += (text.empty() ? "" : ",") + std::string(topic.as_string());
  }
  return parse_filter(text);
}

HttpResponse subscriptions_answer(const ApiRequest&, const SubscriptionsView& view) {
  return json_response({{"all", view.wanted.all},
                        {"topics", json::array(view.wanted.topics.begin(), view.wanted.topics.end())},
                        {"states", topics_json(view.states)}});
}

HttpResponse wanted_answer(const ApiRequest&, const BodyFilter& wanted) {
  return json_response(
      {{"all", wanted.all}, {"topics", json::array(wanted.topics.begin(), wanted.topics.end())}});
}

}  // namespace

json::array topics_json(const std::vector<TopicView>& topics) {
  json::array out;
  for (const TopicView& one : topics) {
    out.push_back(json::object{{"topic", one.topic},
                               {"complete", one.missing == 0},
                               {"missing", one.missing},
                               {"waits_for", json::array(one.waits_for.begin(), one.waits_for.end())}});
  }
  return out;
}

void add_subscriptions_routes(RouteTable& routes, CallGate& gate, const SubscriptionsApi& subscriptions) {
  add_route(routes, gate, subscriptions.get, read_nothing, subscriptions_answer);
  add_route(routes, gate, subscriptions.set, filter_of_body, wanted_answer);
}

}  // namespace koinon
