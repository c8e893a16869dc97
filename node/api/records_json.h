// Records as the API's JSON and as bytes: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class RecordsApi;
class RouteTable;

void add_records_routes(RouteTable& routes, CallGate& gate, const RecordsApi& records);

}  // namespace koinon
