// Webhooks and mail as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class SendingApi;

void add_sending_routes(RouteTable& routes, CallGate& gate, const SendingApi& sending);

}  // namespace koinon
