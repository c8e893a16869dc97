// The state of the node's clock as JSON. A pure function.
#pragma once

#include <boost/json/object.hpp>

#include "node/publishing/clock_standing.h"
#include "proto/base/types.h"

namespace koinon {

boost::json::object clock_json(const ClockStanding& standing, UnixMillis now);

}  // namespace koinon
