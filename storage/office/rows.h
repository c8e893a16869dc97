// Rows of a query as values, and values as rows have them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/base/types.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// What counts something, as SQLite has whole numbers.
template <typename Tag>
std::int64_t number(Number<Tag> counted) {
  return static_cast<std::int64_t>(counted.value);
}

template <typename T>
Result<std::vector<T>> read_all(sqlite::Statement& select, T (*read)(const sqlite::Statement&)) {
  std::vector<T> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(read(select));
  }
}

template <typename T>
Result<std::optional<T>> read_one(sqlite::Statement& select, T (*read)(const sqlite::Statement&)) {
  KOINON_ASSIGN(const bool row, select.step());
  return row ? std::optional<T>(read(select)) : std::nullopt;
}

}  // namespace koinon
