// Which kinds of records are notes: what people write, find and answer.
#pragma once

#include <cstdint>

#include "koinon/v1/record.pb.h"

namespace koinon {

inline bool is_indexed_note(std::int64_t kind) {
  return kind >= v1::KIND_PRACTICE && kind <= v1::KIND_ANSWER;
}

}  // namespace koinon
