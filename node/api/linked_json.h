// Notes and the city as linked data, for programs.
#pragma once

#include "node/api/call_gate.h"
#include "node/api/routes.h"

namespace koinon {

class LinkedApi;

// They must live longer than the table.
void add_linked_routes(RouteTable& routes, CallGate& gate, const LinkedApi& linked);

}  // namespace koinon
