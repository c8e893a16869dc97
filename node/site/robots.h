// /robots.txt (RFC 9309): what search engines may read, and where the sitemap is.
#pragma once

#include "node/access/access.h"
#include "node/api/routes.h"

namespace koinon {

// `access` must live longer than the table.
void add_robots_route(RouteTable& routes, const Access& access);

}  // namespace koinon
