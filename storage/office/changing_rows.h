// Rows that people of the office change again and again. Each counts its changes, so that nobody overwrites a
// change that he has not seen. A list of them begins with the newest change and is read page by page.
//
// On the thread of its connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/base/limits.h"
#include "proto/base/types.h"
#include "storage/sql/connection.h"

namespace koinon {

// Where a page ends.
template <typename Id>
struct ChangePlace {
  UnixMillis updated_at;
  Id id;
};

// One page of a list. Its texts have limits::kListBytes together, but there is at least one item.
template <typename T>
struct DeskPage {
  std::vector<T> items;
  bool more = false;  // others come after these
};

// Walks row by row, so that rows beyond the page are never in memory. The query asks for one row more than
// `limit`. `bytes_of`: the size of an item's text.
template <typename T>
Result<DeskPage<T>> read_page(sql::Statement& select, T (*read)(const sql::Statement&),
                              std::size_t (*bytes_of)(const T&), std::size_t limit) {
  DeskPage<T> out;
  std::size_t bytes = 0;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.more = out.items.size() == limit;
    if (out.more) return out;
    T item = read(select);
    bytes += bytes_of(item);
    out.more = !out.items.empty() && bytes > limits::kListBytes;
    if (out.more) return out;
    out.items.push_back(std::move(item));
  }
}

// Binds the place after which a page begins to "(updated_at_ms, id) < (?, ?)". Without one it is the first
// page.
template <typename Id>
void bind_after(sql::Statement& select, const std::optional<ChangePlace<Id>>& after) {
  select.bind(after ? after->updated_at.value : INT64_MAX).bind(after ? after->id.value : 0);
}

// Removes a row of this table, whatever its version is, or only if it has this one. False: it has another, or
// is gone.
Result<bool> remove_version(sql::Connection& db, std::string_view table, std::int64_t id,
                            std::optional<std::int64_t> version);

}  // namespace koinon
