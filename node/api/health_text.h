// Answers to machines that watch the node, as plain text: the routes of these operations.
#pragma once

namespace koinon {

class CallGate;
class HealthApi;
class RouteTable;

void add_health_routes(RouteTable& routes, CallGate& gate, const HealthApi& health);

}  // namespace koinon
