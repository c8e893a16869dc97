#include "node/api/subscriptions_api.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "node/api/topic_states.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

void SubscriptionsApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/api/v1/subscriptions",
               .need = Need::kOperator,
               .id = "getSubscriptions",
               .tag = "operating",
               .summary = "Which topics' notes are wanted",
               .gives = "Subscriptions"},
              handler(this, &SubscriptionsApi::subscriptions)});
  routes.add({{.method = "POST",
               .pattern = "/api/v1/subscriptions",
               .need = Need::kOperator,
               .id = "setSubscriptions",
               .tag = "operating",
               .summary = "Want these topics' notes, and no others",
               .takes = "SubscriptionRequest",
               .gives = "SubscriptionSet"},
              handler(this, &SubscriptionsApi::subscribe)});
}

asio::awaitable<HttpResponse> SubscriptionsApi::subscriptions(ApiRequest) {
  const auto filter = parse_filter(co_await ask_topics(&parts_.network));
  if (!filter.ok()) co_return problem(filter.error());
  const auto states = topic_states(*parts_.store, parts_.nearness, *filter);
  if (!states.ok()) co_return problem(states.error());
  co_return json_response({{"all", filter->all},
                           {"topics", json::array(filter->topics.begin(), filter->topics.end())},
                           {"states", *states}});
}

// {"topics": "all"} or {"topics": ["health", …]}: the whole list.
asio::awaitable<HttpResponse> SubscriptionsApi::subscribe(ApiRequest request) {
  const auto prepare = [&]() -> Result<BodyFilter> {
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
  };
  const auto filter = prepare();
  if (!filter.ok()) co_return problem(filter.error());
  const Status stored = co_await change_store(&parts_.writer, [text = filter->text()](Store& store) {
    return store.set_setting(kSubscriptions, text);
  });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.set_filter(*filter);
  co_return json_response(
      {{"all", filter->all}, {"topics", json::array(filter->topics.begin(), filter->topics.end())}});
}

}  // namespace koinon
