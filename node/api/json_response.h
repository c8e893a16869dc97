// Answers in JSON. Pure functions, for any thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api_request.h"
#include "node/api/operation.h"

namespace koinon {

// 204: done, with no body.
HttpResponse no_content(const ApiRequest&, const Nothing&);
HttpResponse json_response(const boost::json::object& body, unsigned status = 200);
// Adds a strong ETag of the body. For an answer that is made once and sent many times.
HttpResponse tagged(HttpResponse response);
// Adds a weak ETag of `what`: of that which makes two answers the same for whoever asks again.
HttpResponse tagged_as(HttpResponse response, std::string_view what);
// Answers 304 without a body if the request names the ETag. It is the response's own, or that of its body: an
// answer of the API depends on things without a version, such as the index, names, trust, files that arrive,
// and the caller.
HttpResponse conditional(const ApiRequest& request, HttpResponse response);

}  // namespace koinon
