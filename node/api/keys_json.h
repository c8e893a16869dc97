// The keys of this node as the API's JSON: the routes of its operations.
#pragma once

namespace koinon {

class CallGate;
class KeysApi;
class RouteTable;

void add_keys_routes(RouteTable& routes, CallGate& gate, const KeysApi& keys);

}  // namespace koinon
