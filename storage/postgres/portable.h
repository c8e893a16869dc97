// The SQL that both databases read (storage/sql/connection.h), as PostgreSQL has it. A pure function.
#pragma once

#include <string>
#include <string_view>

namespace koinon::postgres {

struct PortableText {
  std::string text;
  int parameters = 0;
};
// Parameters ? and ?1 become $1; "INDEXED BY name" is left out. What stands in quotes stays.
PortableText of_portable(std::string_view sql);

}  // namespace koinon::postgres
