// Where time comes from.
#pragma once

#include <functional>

#include "proto/base/types.h"

namespace koinon {

struct Clock {
  std::function<UnixMillis()> wall;
  std::function<MonoTime()> mono;
};
Clock system_clock();

}  // namespace koinon
