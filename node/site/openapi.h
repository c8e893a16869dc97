// The OpenAPI 3.1 document. It is made of the route table and of the schemas beside this file, so it has all
// that programs are served. Pages are for browsers, and change from version to version: they are no
// operations of the document, and only listed in its member x-pages.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/routes.h"

namespace koinon {

// What stands beside this file: the document without its paths.
boost::json::object openapi_parts();
boost::json::object openapi_document(const RouteTable& routes, std::string_view version);

}  // namespace koinon
