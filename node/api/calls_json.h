// Calls and visits as the API's JSON, and the routes of their operations.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class CallGate;
class CallsApi;
class RouteTable;
struct CallItem;
struct CallView;

// What follows from what was said of a call.
boost::json::object call_json(const CallView& view);
// The same with what it is about, and what our city is to do.
boost::json::object call_item_json(const CallItem& item);

void add_calls_routes(RouteTable& routes, CallGate& gate, const CallsApi& calls);

}  // namespace koinon
