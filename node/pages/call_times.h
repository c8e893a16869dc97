// Times for a call as forms have them. Pure functions, for any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/reading/call_state.h"
#include "node/text/time_zone.h"

namespace koinon {

// How long a call or a visit may take, in minutes: for a list to choose from.
const std::vector<std::chrono::minutes>& call_lengths();
inline constexpr std::chrono::minutes kUsualCall{30};

// Times at full hours on different days from the third on that are of the weekend in neither zone, at which
// people work in both if there are any such; else those that are nearest to that in both. At most
// limits::kCallTimes.
std::vector<UnixMillis> suggested_times(const TimeZone& ours, const TimeZone& theirs, UnixMillis now,
                                        std::size_t count);

// A time as the value of a button: "1796137200000.30".
std::string time_value(const CallTime& time);
// Nothing: it is no such value.
std::optional<CallTime> read_time_value(std::string_view value);

}  // namespace koinon
