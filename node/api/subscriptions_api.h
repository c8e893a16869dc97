// The topics whose notes this node wants.
//
// On the reading thread of its parts; the network follows it, the writer keeps it.
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
  // Takes the whole list: topics that are not in it are no longer wanted. Returns what is wanted now.
  const Operation<BodyFilter, BodyFilter> set;

 private:
  boost::asio::awaitable<Result<SubscriptionsView>> subscriptions(Asker asker, Nothing query);
  boost::asio::awaitable<Result<BodyFilter>> subscribe(Asker asker, BodyFilter wanted);

  ApiParts& parts_;
};

}  // namespace koinon
