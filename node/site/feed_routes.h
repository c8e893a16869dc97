// The addresses of feeds, and who may read them.
#pragma once

#include "node/access/access.h"
#include "node/api/routes.h"
#include "node/feeds/feeds.h"

namespace koinon {

// `feeds` and `access` must live longer than the table.
void add_feed_routes(RouteTable& routes, Feeds& feeds, const Access& access);

}  // namespace koinon
