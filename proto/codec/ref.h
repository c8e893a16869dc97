// References to records as people write them: `seoul.example/17`. If the name alone is not enough, the first
// 16 characters of the log id follow it: `seoul.example~abcdefghijklmnop/17`.
#pragma once

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct HumanRef {
  std::string name;
  std::string log_prefix;  // 16 characters of base32, or empty
  EntryIndex index;
};

inline constexpr std::size_t kLogPrefixChars = 16;

Result<HumanRef> parse_ref(std::string_view text);
// `ambiguous`: the name alone does not mean this log.
std::string format_ref(std::string_view name, const LogId& log, EntryIndex index, bool ambiguous);
// The part before the slash: a city, for commands that name one.
std::string format_city(std::string_view name, const LogId& log, bool ambiguous);
struct HumanCity {
  std::string name;
  std::string log_prefix;
};
Result<HumanCity> parse_city(std::string_view text);

}  // namespace koinon
