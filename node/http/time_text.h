// Times as RFC 3339 has them, in UTC.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

std::string time_text(UnixMillis time);  // 2020-03-04T05:06:07Z
// With Z or an offset; fractions of a second are taken off.
Result<UnixMillis> parse_time(std::string_view text, const std::string& field);

}  // namespace koinon
