// What one city has said of the practices that it adopts. Every adoption of a practice, in whatever version,
// is one word on it; a city may say many, one after the other.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

struct AdoptionWordsQuery {
  LogId by;
  // Only on this record, in whatever version. Nothing: on all.
  std::optional<std::pair<LogId, EntryIndex>> of = {};
};

// Of one practice. What was withdrawn does not count.
struct AdoptionWords {
  LogId practice_log;
  EntryIndex practice;  // the version that the last word adopts
  EntryIndex first;     // the entries of the city's log
  EntryIndex last;
  UnixMillis first_at;  // the earliest time that a word has
  UnixMillis last_at;
  bool over = false;  // the last word says that it stopped, or that it did not work
};

}  // namespace koinon
