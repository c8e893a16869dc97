// Accounts and sessions as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class AccountsApi;
class CallGate;
class RouteTable;
class SessionsApi;

void add_accounts_routes(RouteTable& routes, CallGate& gate, const SessionsApi& sessions,
                         const AccountsApi& accounts);

}  // namespace koinon
