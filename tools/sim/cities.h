// Real places, for realistic latencies.
#pragma once

#include <string>

#include "proto/base/types.h"

namespace koinon::sim {

struct Place {
  const char* name;
  double latitude;  // degrees, WGS 84
  double longitude;
};

// The nth city. Beyond the end of the list, names get a number, and places shift a little.
std::string city_name(std::size_t index);
Place city_place(std::size_t index);

// How long light in fibre takes one way. The cable is one and a half times as long as the great circle, and
// each end adds a millisecond.
MonoTime one_way(const Place& from, const Place& to);

}  // namespace koinon::sim
