// What a log's entries say of its keys, as the API's JSON.
#pragma once

#include <boost/json/object.hpp>

#include "node/reading/key_views.h"

namespace koinon {

boost::json::object key_change_json(const KeyChange& change);
// The keys as they are read out on the phone.
boost::json::object stated_keys_json(const StatedKeys& stated);

}  // namespace koinon
