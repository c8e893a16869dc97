// Subscriptions as the API's JSON, and the routes of their operations. Pure functions, for any thread.
#pragma once

#include <vector>

#include <boost/json/array.hpp>

#include "node/reading/topic_view.h"

namespace koinon {

class CallGate;
class RouteTable;
class SubscriptionsApi;

boost::json::array topics_json(const std::vector<TopicView>& topics);

void add_subscriptions_routes(RouteTable& routes, CallGate& gate, const SubscriptionsApi& subscriptions);

}  // namespace koinon
