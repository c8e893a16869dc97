// Why our own log is not extended at this moment. What wants a signature is kept meanwhile.
#pragma once

#include <optional>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct SigningWait {
  Error why;  // kUnavailable
  // When fewer answers of peers suffice, by our clock. Nothing: time alone changes nothing.
  std::optional<UnixMillis> fewer_after = {};
};

}  // namespace koinon
