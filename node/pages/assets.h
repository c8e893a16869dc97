// The style, the script and what else pages load, from this node alone. Their addresses carry a part of their
// digest, so that a browser keeps them for good and never an old one.
#pragma once

#include <string>
#include <string_view>

#include "node/api/routes.h"

namespace koinon {

// "/assets/koinon.0123456789ab.css" of koinon.css, koinon.js or world.svg.
std::string asset_path(std::string_view name);
void add_asset_routes(RouteTable& routes);

}  // namespace koinon
