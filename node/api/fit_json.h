// Whether a practice would work in our own city, as the API's JSON: the route of the operation.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class CallGate;
class FitApi;
class RouteTable;
struct FitView;

boost::json::object fit_json(const FitView& view);
void add_fit_routes(RouteTable& routes, CallGate& gate, const FitApi& fit);

}  // namespace koinon
