// The query of several operations: which city is meant.
#pragma once

#include <string>

namespace koinon {

struct NamedCity {
  std::string city;  // its name on this node, or its log id
};

}  // namespace koinon
