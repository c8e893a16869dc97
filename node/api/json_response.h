// Answers in JSON. Pure functions, for any thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api_request.h"
#include "node/api/operation.h"

namespace koinon {

// 204: it is done, and there is nothing to say of it.
HttpResponse no_content(const ApiRequest&, const Nothing&);
HttpResponse json_response(const boost::json::object& body, unsigned status = 200);
// With a strong ETag of the body; 304 without a body where the request names it.
HttpResponse conditional(const ApiRequest& request, HttpResponse response);

}  // namespace koinon
