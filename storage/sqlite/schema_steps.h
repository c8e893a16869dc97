// The schema of a database, and how one of an earlier version is brought up to date: steps, one a version,
// each kept as it is for ever (tests/fixtures/pin). The version stands in PRAGMA user_version.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "storage/sqlite/sqlite.h"

namespace koinon::sqlite {

struct SchemaSteps {
  std::string_view file;  // such as "store.db": the field of errors
  std::span<const char* const> steps;
  int newest() const { return static_cast<int>(steps.size()); }
};

// At least 0. kMalformed: the database says what no version of Koinon writes.
Result<int> schema_version(Connection& db);

// A newer program wrote it: kRefused, with what the operator can do. `program`: its version; empty: not
// known.
Error of_newer_program(std::string_view file, int version, int known, std::string_view program = {});

// Takes the steps from the database's version to `target`, in one transaction: all of them or none. One that
// has that version is only read. kRefused: a newer program wrote it.
Status bring_up_to_date(Connection& db, const SchemaSteps& schema, int target);
// To the newest version.
inline Status bring_up_to_date(Connection& db, const SchemaSteps& schema) {
  return bring_up_to_date(db, schema, schema.newest());
}

// The version of a database that nobody has open, without a change to any file: no write-ahead log is made,
// nor folded. The file must exist.
Result<int> schema_version_of(const std::filesystem::path& path);

}  // namespace koinon::sqlite
