// The results of searches as the API's JSON: the routes of their operations.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class CallGate;
class RouteTable;
class SearchApi;
struct SearchView;

boost::json::object search_json(const SearchView& view);
void add_search_routes(RouteTable& routes, CallGate& gate, const SearchApi& search);

}  // namespace koinon
