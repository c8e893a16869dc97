// What both databases read (storage/sql/connection.h), as PostgreSQL has it. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace koinon::postgres {

struct PortableText {
  std::string text;
  int parameters = 0;
};
// Parameters ? and ?1 become $1; "INDEXED BY name" is left out. What stands in quotes stays.
PortableText of_portable(std::string_view sql);

// A text as a server keeps it, which refuses a whole transaction for one NUL, or for one byte that is not
// UTF-8: U+FFFD stands in its place. Nothing: it is as it was given.
std::optional<std::string> text_for_server(std::string_view text);

}  // namespace koinon::postgres
