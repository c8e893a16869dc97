// An operator's upkeep as the API's JSON: the routes of its operations.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class UpkeepApi;

void add_upkeep_routes(RouteTable& routes, CallGate& gate, const UpkeepApi& upkeep);

}  // namespace koinon
