// Answers in JSON. Pure functions, for any thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api_request.h"

namespace koinon {

HttpResponse json_response(const boost::json::object& body, unsigned status = 200);
// With a strong ETag of the body: of what is answered again and again, made once.
HttpResponse tagged(HttpResponse response);
// With its ETag, or else that of the body; 304 without a body where the request names it. What an answer of
// the API says follows from more than has a version: the index, names, trust, files that come, who asks.
HttpResponse conditional(const ApiRequest& request, HttpResponse response);

}  // namespace koinon
