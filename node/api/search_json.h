// The results of searches as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class SearchApi;

void add_search_routes(RouteTable& routes, CallGate& gate, const SearchApi& search);

}  // namespace koinon
