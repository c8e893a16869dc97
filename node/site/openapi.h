// The OpenAPI 3.1 document. It is made of the route table and of the schemas beside this file, so it has all
// that is served.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/routes.h"

namespace koinon {

boost::json::object openapi_document(const RouteTable& routes, std::string_view version);

}  // namespace koinon
