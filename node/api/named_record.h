// The query of several operations: which record is meant.
#pragma once

#include <string>

namespace koinon {

struct NamedRecord {
  std::string ref;  // seoul.example/17

  bool operator==(const NamedRecord&) const = default;
};

}  // namespace koinon
