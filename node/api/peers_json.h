// Peers as the API's JSON, and the routes of their operations. Pure functions, for any thread.
#pragma once

#include "node/http/message.h"

namespace koinon {

struct ApiRequest;
class CallGate;
class PeersApi;
struct PinnedPeer;
class RouteTable;

// The answer to all operations that make a peer.
HttpResponse pinned_answer(const ApiRequest& request, const PinnedPeer& view);

void add_peers_routes(RouteTable& routes, CallGate& gate, const PeersApi& peers);

}  // namespace koinon
