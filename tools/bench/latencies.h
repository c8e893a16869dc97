// Times of requests, and the wait for the index before a measurement.
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "proto/base/result.h"
#include "tools/api_client.h"

namespace koinon {

// How many there are, and their median, 99th percentile and maximum in milliseconds.
boost::json::object spread_of(std::vector<double> seconds);
// Waits until all arrivals are indexed, an hour at most. Returns how long it took, in seconds.
Result<double> wait_for_index(const ApiClient& client);

}  // namespace koinon
