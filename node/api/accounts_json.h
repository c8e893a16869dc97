// Accounts and sessions as the API's JSON: the routes of their operations.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class AccountsApi;
class CallGate;
class RouteTable;
class SessionsApi;
struct AccountLink;

boost::json::object account_link_json(const AccountLink& view);
void add_accounts_routes(RouteTable& routes, CallGate& gate, const SessionsApi& sessions,
                         const AccountsApi& accounts);

}  // namespace koinon
