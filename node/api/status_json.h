// The node's state as the API's JSON: the route of its operation.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class StatusApi;

void add_status_routes(RouteTable& routes, CallGate& gate, const StatusApi& status);

}  // namespace koinon
