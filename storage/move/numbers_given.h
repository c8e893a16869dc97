// The numbers that a database has given to rows of its tables: it gives none again, also where the row is
// gone. An address or a link that named the old row would mean a new one. Each database keeps them in its own
// way.
#pragma once

#include "storage/move/moved_tables.h"
#include "storage/sql/connection.h"

namespace koinon::move {

struct Numbering {
  sql::Connection& db;
  bool is_server = false;
};

// 0: none was given.
Result<std::int64_t> last_number(const Table& table, const Numbering& place);
// The target gives larger ones than the source has given. After the rows were copied.
Status carry_numbers(const Table& table, const Numbering& from, const Numbering& to);

}  // namespace koinon::move
