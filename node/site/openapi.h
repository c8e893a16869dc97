// The OpenAPI 3.1 document, made of the route table and the schemas beside it: what is served is in it.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/routes.h"

namespace koinon {

boost::json::object openapi_document(const RouteTable& routes, std::string_view version);

}  // namespace koinon
