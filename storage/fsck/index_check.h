// Looks at the index: every row of it against the record that it is of. One line says it is damaged, with the
// first rows that are: all of it is made again.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/fsck/damage.h"
#include "storage/sql/connection.h"
#include "storage/sqlite/sqlite.h"

namespace koinon::fsck {

// False: SQLite finds faults, which stand in the report.
Result<bool> check_pages(sqlite::Connection& db, const std::string& name, Remedy remedy, Report& report);

class IndexCheck {
 public:
  // Nothing: there is no index, or it cannot be read at all, which the report says.
  static Result<std::unique_ptr<IndexCheck>> open(const std::filesystem::path& path, Report& report);
  // `store`: in a read transaction.
  Status check(sql::Connection& store, Report& report);

 private:
  explicit IndexCheck(sqlite::Connection db) : db_(std::move(db)) {}
  Status check_log(sql::Connection& store, std::int64_t number, BytesView log, const std::string& name,
                   Report& report);
  Result<bool> follows(sql::Connection& store);

  sqlite::Connection db_;
};

}  // namespace koinon::fsck
