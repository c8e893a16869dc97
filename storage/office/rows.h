// Rows of a query as values, and values as rows have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/base/types.h"
#include "storage/sql/connection.h"

namespace koinon {

// What counts something, as databases have whole numbers.
template <typename Tag>
std::int64_t number(Number<Tag> counted) {
  return static_cast<std::int64_t>(counted.value);
}

template <typename T>
Result<std::vector<T>> read_all(sql::Statement& select, T (*read)(const sql::Statement&)) {
  std::vector<T> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(read(select));
  }
}

template <typename T>
Result<std::optional<T>> read_one(sql::Statement& select, T (*read)(const sql::Statement&)) {
  KOINON_ASSIGN(const bool row, select.step());
  return row ? std::optional<T>(read(select)) : std::nullopt;
}

// The id of the row that INSERT ... RETURNING id adds; 0: it added none. The statement is run to its end:
// outside a transaction only then is the row on the disk.
inline Result<std::int64_t> added_id(sql::Statement& insert) {
  KOINON_ASSIGN(const bool added, insert.step());
  if (!added) return std::int64_t{0};
  const std::int64_t id = insert.integer(0);
  KOINON_TRY(insert.step());
  return id;
}

// Sets a number of the office's that has a name.
inline Status put_setting(sql::Connection& db, std::string_view key, std::int64_t value) {
  auto put = db.prepare(
      "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = "
      "excluded.value");
  return put.bind_text(key).bind(value).run();
}

}  // namespace koinon
