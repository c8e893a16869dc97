// How it stands with a witness that our heads go to, for an operator. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

struct WitnessStanding {
  std::vector<std::string> names;  // of its keys
  std::string url;
  std::uint64_t cosigned = 0;    // answers with a cosignature, since the start
  std::uint64_t failed = 0;      // requests without one, answers 409 that are followed apart
  TreeSize size;                 // of the newest head that it cosigned; 0: none
  std::optional<UnixMillis> at;  // when it answered last
  bool works = true;             // it cosigned last, or was not asked yet
  std::string told;              // of its last answer; empty: it was not asked yet
};

}  // namespace koinon
