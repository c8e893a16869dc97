// Tokens and feed addresses as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class CredentialsApi;
class RouteTable;

void add_credentials_routes(RouteTable& routes, CallGate& gate, const CredentialsApi& credentials);

}  // namespace koinon
