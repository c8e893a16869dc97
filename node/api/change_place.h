// Where a page of what people change ends, as the parameter `cursor` states it: when its last row was
// changed, then which row it is. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/base/encoding.h"
#include "proto/base/result.h"
#include "storage/office/changing_rows.h"

namespace koinon {

template <typename Id>
std::string place_text(const ChangePlace<Id>& place) {
  return std::to_string(place.updated_at.value) + "." + std::to_string(place.id.value);
}

// Nothing: there is no cursor, and the list begins.
template <typename Id>
Result<std::optional<ChangePlace<Id>>> read_change_place(const std::string& cursor) {
  if (cursor.empty()) return std::optional<ChangePlace<Id>>();
  const auto dot = cursor.find('.');
  const auto updated_at = parse_decimal(cursor.substr(0, dot));
  const auto id = parse_decimal(dot == std::string::npos ? "" : cursor.substr(dot + 1));
  if (!updated_at.ok() || !id.ok() || *updated_at > INT64_MAX || *id > INT64_MAX)
    return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
  return std::optional(
      ChangePlace<Id>{{static_cast<std::int64_t>(*updated_at)}, {static_cast<std::int64_t>(*id)}});
}

}  // namespace koinon
