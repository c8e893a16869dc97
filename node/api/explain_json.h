// Explanations as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class ExplainApi;
class RouteTable;

void add_explain_routes(RouteTable& routes, CallGate& gate, const ExplainApi& explain);

}  // namespace koinon
