// The desk as the API's JSON: the routes of its operations.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api_request.h"

namespace koinon {

class CallGate;
class DeskApi;
class RouteTable;
struct SignedView;

// The answer to a request to publish or to withdraw, for all operations that do so.
HttpResponse signed_answer(const ApiRequest& request, const SignedView& view);

void add_desk_routes(RouteTable& routes, CallGate& gate, const DeskApi& desk);

}  // namespace koinon
