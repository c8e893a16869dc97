// Impact, the map and ties as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class OverviewApi;
class RouteTable;

void add_overview_routes(RouteTable& routes, CallGate& gate, const OverviewApi& overview);

}  // namespace koinon
