// What overviews count of notes, in the index: practices, adoptions and answers have a row each.
#pragma once

#include <cstdint>

#include "proto/base/result.h"
#include "storage/search/stated_facts.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// On the index worker's thread. `db` must live longer than it.
class StatedRows {
 public:
  explicit StatedRows(sqlite::Connection& db) : db_(db) {}

  // `change`: that of the document, so that readers ask for both alike.
  Status put(std::int64_t document, std::int64_t change, const StatedFacts& facts);

 private:
  sqlite::Connection& db_;
};

}  // namespace koinon
