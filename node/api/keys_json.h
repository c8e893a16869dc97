// The keys of this node as the API's JSON: the routes of its operations.
#pragma once

#include <boost/json.hpp>

namespace koinon {

class CallGate;
class KeysApi;
class RouteTable;
struct WaitingNodeKey;

boost::json::object node_key_wait_json(const WaitingNodeKey& view);

void add_keys_routes(RouteTable& routes, CallGate& gate, const KeysApi& keys);

}  // namespace koinon
