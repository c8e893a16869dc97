// /robots.txt (RFC 9309): what search engines may read.
#pragma once

#include "node/api/routes.h"

namespace koinon {

void add_robots_route(RouteTable& routes, bool public_reading);

}  // namespace koinon
