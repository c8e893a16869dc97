// Proposals as JSON, and their routes.
#pragma once

#include "node/api/call_gate.h"
#include "node/api/proposals_api.h"
#include "node/api/routes.h"

namespace koinon {

void add_proposals_routes(RouteTable& routes, CallGate& gate, const ProposalsApi& proposals);

}  // namespace koinon
