#include "node/api/subscriptions_api.h"

#include "node/api/network_questions.h"
#include "node/api/store_changes.h"

namespace koinon {
namespace asio = boost::asio;

SubscriptionsApi::SubscriptionsApi(ApiShared& shared)
    : get({.method = "GET",
           .pattern = "/api/v1/subscriptions",
           .need = Need::kOperator,
           .id = "getSubscriptions",
           .tag = "operating",
           .summary = "Which topics' notes are wanted",
           .gives = "Subscriptions"},
          this, &SubscriptionsApi::subscriptions),
      set({.method = "POST",
           .pattern = "/api/v1/subscriptions",
           .need = Need::kOperator,
           .id = "setSubscriptions",
           .tag = "operating",
           .summary = "Want these topics' notes, and no others",
           .takes = "SubscriptionRequest",
           .gives = "SubscriptionSet"},
          this, &SubscriptionsApi::subscribe),
      parts_(shared.parts) {}

asio::awaitable<Result<SubscriptionsView>> SubscriptionsApi::subscriptions(Asker, Nothing) {
  const auto filter = parse_filter(co_await parts_.network.topics());
  if (!filter.ok()) co_return filter.error();
  auto states = read_topics(*parts_.store, parts_.nearness, *filter);
  if (!states.ok()) co_return states.error();
  co_return SubscriptionsView{*filter, std::move(*states)};
}

asio::awaitable<Result<BodyFilter>> SubscriptionsApi::subscribe(Asker, BodyFilter wanted) {
  const Status stored = co_await change_store(&parts_.writer, [text = wanted.text()](Store& store) {
    return store.set_setting(kSubscriptions, text);
  });
  if (!stored.ok()) co_return stored.error();
  parts_.network.set_filter(wanted);
  co_return wanted;
}

}  // namespace koinon
