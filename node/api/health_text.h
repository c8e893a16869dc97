// What machines that watch the node read, as plain text: the routes of its operations.
#pragma once

namespace koinon {

class CallGate;
class HealthApi;
class RouteTable;

void add_health_routes(RouteTable& routes, CallGate& gate, const HealthApi& health);

}  // namespace koinon
