// Figures, the graph of trust and the last day's measures as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class FiguresApi;
class RouteTable;

void add_figures_routes(RouteTable& routes, CallGate& gate, const FiguresApi& figures);

}  // namespace koinon
