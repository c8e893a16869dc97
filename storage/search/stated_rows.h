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
  // `is_new`: nothing is there of the document yet. (A statement that may have to take itself back in part,
  // such as INSERT OR REPLACE, makes FTS5 write out all that it has gathered in the transaction.)
  Status put(std::int64_t document, bool is_new, std::int64_t change, const StatedFacts& facts);

 private:
  sqlite::Connection& db_;
};

}  // namespace koinon
