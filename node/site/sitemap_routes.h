// The addresses of the sitemap.
#pragma once

#include "node/access/access.h"
#include "node/api/routes.h"
#include "node/linked/sitemap.h"

namespace koinon {

// `sitemap` and `access` must live longer than the table.
void add_sitemap_routes(RouteTable& routes, Sitemap& sitemap, const Access& access);

}  // namespace koinon
