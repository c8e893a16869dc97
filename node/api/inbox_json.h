// The inbox and watchlists as the API's JSON, and the routes of their operations. Pure functions, for any
// thread.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class CallGate;
class InboxApi;
class RouteTable;
struct CaseView;
struct WatchedView;

boost::json::object case_json(const CaseView& view);
boost::json::object watched_json(const WatchedView& view);

void add_inbox_routes(RouteTable& routes, CallGate& gate, const InboxApi& inbox);

}  // namespace koinon
