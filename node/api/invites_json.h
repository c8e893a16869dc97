// Invites as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class InvitesApi;
class RouteTable;

void add_invites_routes(RouteTable& routes, CallGate& gate, const InvitesApi& invites);

}  // namespace koinon
