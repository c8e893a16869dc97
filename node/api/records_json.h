// Records as the API's JSON and as bytes: the routes of their operations.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class CallGate;
class RecordsApi;
class RouteTable;
struct RecordListView;

boost::json::object record_list_json(const RecordListView& view);
void add_records_routes(RouteTable& routes, CallGate& gate, const RecordsApi& records);

}  // namespace koinon
