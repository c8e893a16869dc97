// Times as RFC 3339 and HTTP write them, in UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

std::string time_text(UnixMillis time);  // 2020-03-04T05:06:07Z
std::string http_date(
    UnixMillis time);  // Wed, 04 Mar 2020 05:06:07 GMT, for Date and Last-Modified (RFC 9110)
// Reads the time of a header in each of the three forms that HTTP has had (RFC 9110, section 5.6.7), whatever
// day of the week it says. Nothing: it is none of them.
std::optional<UnixMillis> parse_http_date(std::string_view text);
// Reads a time with Z or an offset. Fractions of a second are dropped.
Result<UnixMillis> parse_time(std::string_view text, const std::string& field);

}  // namespace koinon
