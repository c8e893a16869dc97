// Facts about this node and the topics as the API's JSON: the routes of their operations.
#pragma once

#include <boost/json/object.hpp>

namespace koinon {

class AboutApi;
class CallGate;
class RouteTable;
struct NodeIdView;

boost::json::object id_json(const NodeIdView& view);
void add_about_routes(RouteTable& routes, CallGate& gate, const AboutApi& about);

}  // namespace koinon
