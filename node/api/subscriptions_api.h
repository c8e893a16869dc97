// Which topics' notes this node wants.
//
// On the reading thread that its parts belong to; the network goes by it, the writer keeps it.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/reading/topic_view.h"

namespace koinon {

struct SubscriptionsView {
  BodyFilter wanted;
  std::vector<TopicView> states;
};

class SubscriptionsApi {
 public:
  explicit SubscriptionsApi(ApiShared& shared);

  const Operation<Nothing, SubscriptionsView> get;
  // The whole list: what it does not name is no longer wanted. Gives what is wanted now.
  const Operation<BodyFilter, BodyFilter> set;

 private:
  boost::asio::awaitable<Result<SubscriptionsView>> subscriptions(Asker asker, Nothing query);
  boost::asio::awaitable<Result<BodyFilter>> subscribe(Asker asker, BodyFilter wanted);

  ApiParts& parts_;
};

}  // namespace koinon
