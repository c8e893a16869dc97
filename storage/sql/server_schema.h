// The schema of a database on a server, and how it came about: steps, one a version, each kept as it is for
// ever (tests/fixtures/pin).
#pragma once

#include <span>
#include <string_view>

namespace koinon::sql {

struct ServerSchema {
  std::string_view name;  // of the schema that has its tables, such as "koinon_office"
  std::span<const char* const> steps;
  int newest() const { return static_cast<int>(steps.size()); }
};

}  // namespace koinon::sql
