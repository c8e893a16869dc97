// ProofsApi's proofs, policies and signers as answers: the routes of its operations.
#pragma once

namespace koinon {

class CallGate;
class ProofsApi;
class RouteTable;

void add_proofs_routes(RouteTable& routes, CallGate& gate, const ProofsApi& proofs);

}  // namespace koinon
