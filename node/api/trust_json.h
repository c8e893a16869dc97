// Vouches and blocks as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class TrustApi;

void add_trust_routes(RouteTable& routes, CallGate& gate, const TrustApi& trust);

}  // namespace koinon
