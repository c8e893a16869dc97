// Answers in JSON. Pure functions, for any thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api_request.h"
#include "node/api/operation.h"

namespace koinon {

// 204: done, with no body.
HttpResponse no_content(const ApiRequest&, const Nothing&);
HttpResponse json_response(const boost::json::object& body, unsigned status = 200);
// Adds a strong ETag of the body. If the request names this ETag, the answer is 304 without a body.
HttpResponse conditional(const ApiRequest& request, HttpResponse response);

}  // namespace koinon
