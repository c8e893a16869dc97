// Who vouches for whom around us, and where we stand.
#pragma once

#include "node/api/figures_api.h"
#include "node/pages/shown_picture.h"

namespace koinon {

// `frame` knows the names of cities.
boost::json::object trust_picture(PageFrame& frame, const Visit& visit, const TrustGraphView& graph);

}  // namespace koinon
