// The desk as the API's JSON: the routes of its operations.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api_request.h"

namespace koinon {

class CallGate;
class DeskApi;
class RouteTable;
struct HeldView;
struct SignedView;
struct SigningWait;

// The answer to a request to publish or to withdraw, for all operations that do so.
HttpResponse signed_answer(const ApiRequest& request, const SignedView& view);

// What waits to be signed, or what became of it.
boost::json::object held_json(const HeldView& held);
// Why it is not signed now, and after which time fewer answers suffice.
boost::json::object signing_waits_json(const SigningWait& waits);

void add_desk_routes(RouteTable& routes, CallGate& gate, const DeskApi& desk);

}  // namespace koinon
