// Rows of a query as values.
#pragma once

#include <optional>
#include <vector>

#include "storage/sqlite/sqlite.h"

namespace koinon {

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
