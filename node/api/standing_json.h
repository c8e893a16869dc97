// Whether this node may sign for its log, as JSON. A pure function.
#pragma once

#include <boost/json/object.hpp>

#include "node/publishing/signing_standing.h"

namespace koinon {

boost::json::object standing_json(const SigningNow& standing);

}  // namespace koinon
