// Cities as the API's JSON, and the routes of their operations. Pure functions, for any thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/reading/city_view.h"

namespace koinon {

class CallGate;
class CitiesApi;
class RouteTable;

boost::json::object city_json(const CityView& city);

void add_cities_routes(RouteTable& routes, CallGate& gate, const CitiesApi& cities);

}  // namespace koinon
