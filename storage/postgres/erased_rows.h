// Erased bytes on a server. A row that was deleted or changed stays in its file until VACUUM, and its bytes
// until something is written over them. So a table with erased bytes is vacuumed soon, and at most once in a
// while written anew (VACUUM FULL), which leaves nothing of them. Triggers note such tables in `erased`.
//
// While a table is written anew nobody reads it: it is done with one partition at a time, and gives way where
// somebody reads at that moment.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "storage/postgres/connection.h"

namespace koinon::postgres {

class ErasedRows {
 public:
  // `schema`: of the tables. `every`: a table is written anew that long after the first of its rows was
  // erased.
  ErasedRows(Connection& db, std::string schema, std::chrono::milliseconds every)
      : db_(db), schema_(std::move(schema)), every_(every) {}

  // One round. False: a table could not be written anew, because somebody reads it; try again.
  Result<bool> fold();

 private:
  struct Table {
    std::string name;
    std::int64_t since_ms = 0;
    bool due = false;
  };
  Result<std::vector<Table>> tables();
  Result<bool> write_anew(const Table& table);

  Connection& db_;
  std::string schema_;
  std::chrono::milliseconds every_;
  std::set<std::string> vacuumed_;  // since they were noted
};

}  // namespace koinon::postgres
