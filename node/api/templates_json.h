// Templates as the API's JSON: the route of their operation. It answers as a draft that was added does.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class TemplatesApi;

void add_templates_routes(RouteTable& routes, CallGate& gate, const TemplatesApi& templates);

}  // namespace koinon
