// Follow-ups as the API's JSON: the routes of their operations.
#pragma once

#include "node/api/call_gate.h"
#include "node/api/follow_ups_api.h"
#include "node/api/routes.h"

namespace koinon {

void add_follow_ups_routes(RouteTable& routes, CallGate& gate, const FollowUpsApi& follow_ups);

}  // namespace koinon
