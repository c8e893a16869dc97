// How the node was in the last day: what it has not yet, its peers, its traffic.
#pragma once

#include <boost/json/array.hpp>

#include "node/api/figures_api.h"
#include "node/pages/shown_picture.h"

namespace koinon {

// None before there is a sample. `now`: by this clock.
boost::json::array measure_pictures(const Visit& visit, const MeasuresView& measures, UnixMillis now);

}  // namespace koinon
