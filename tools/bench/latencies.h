// Times of requests, and what a measurement waits for before it asks.
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "proto/base/result.h"
#include "tools/api_client.h"

namespace koinon {

// How many, the median, the 99th of a hundred and the longest, in milliseconds.
boost::json::object spread_of(std::vector<double> seconds);
// Until all that arrived is indexed; how long that took, in seconds. An hour at most.
Result<double> wait_for_index(const ApiClient& client);

}  // namespace koinon
