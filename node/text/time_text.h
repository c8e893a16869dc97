// Times as RFC 3339 and HTTP write them, in UTC.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

std::string time_text(UnixMillis time);  // 2020-03-04T05:06:07Z
std::string http_date(
    UnixMillis time);  // Wed, 04 Mar 2020 05:06:07 GMT, for Date and Last-Modified (RFC 9110)
// Reads a time with Z or an offset. Fractions of a second are dropped.
Result<UnixMillis> parse_time(std::string_view text, const std::string& field);

}  // namespace koinon
