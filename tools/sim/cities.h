// Real places, for latencies that mean something.
#pragma once

#include <string>

#include "proto/base/types.h"

namespace koinon::sim {

struct Place {
  const char* name;
  double latitude;  // degrees, WGS 84
  double longitude;
};

// The nth city; beyond the list the names go on with a number, and the places shift a little.
std::string city_name(std::size_t index);
Place city_place(std::size_t index);

// How long light in fibre takes one way, the cable half as long again as the great circle, and a
// millisecond at each end.
MonoTime one_way(const Place& from, const Place& to);

}  // namespace koinon::sim
