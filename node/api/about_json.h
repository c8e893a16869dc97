// Facts about this node and the topics as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class AboutApi;
class CallGate;
class RouteTable;

void add_about_routes(RouteTable& routes, CallGate& gate, const AboutApi& about);

}  // namespace koinon
