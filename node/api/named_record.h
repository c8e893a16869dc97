// What several operations are told of a record: which one.
#pragma once

#include <string>

namespace koinon {

struct NamedRecord {
  std::string ref;  // seoul.example/17
};

}  // namespace koinon
