#include "node/pages/call_times.h"

#include <algorithm>
#include <cstdlib>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::int64_t kCallHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kCallHourMs;
constexpr int kFirstDay = 3;
constexpr int kLastDay = 14;
constexpr int kEarliest = 7;  // o'clock where the asking city is
constexpr int kLatest = 20;
constexpr int kOpens = 9;
constexpr int kLastBegins = 16;

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

int hour_of(const std::string& local) { return std::atoi(local.substr(11, 2).c_str()); }

// By how many hours it is outside of when offices are open.
int outside(const std::string& local) {
  const int hour = hour_of(local);
  if (hour < kOpens) return kOpens - hour;
  return std::max(hour - kLastBegins, 0);
}

// The best hour of this day, as the asking city's clocks have it.
std::optional<UnixMillis> best_on(const std::string& day, const TimeZone& ours, const TimeZone& theirs) {
  std::optional<UnixMillis> best;
  int least = 0;
  for (int hour = kEarliest; hour <= kLatest; ++hour) {
    const auto time = ours.read_local(day + "T" + two_digits(hour) + ":00");
    if (!time) continue;
    if (theirs.is_weekend(*time)) continue;
    const std::string there = theirs.local_text(*time);
    // Nobody should get up in the night: what is bad for one is worse than what is not good for two.
    const int our_cost = outside(ours.local_text(*time));
    const int their_cost = outside(there);
    const int cost = our_cost * our_cost + their_cost * their_cost;
    if (!best || cost < least) {
      best = time;
      least = cost;
    }
  }
  return best;
}

}  // namespace

const std::vector<std::chrono::minutes>& call_lengths() {
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::minutes;
  static const std::vector<minutes> lengths{minutes(15), minutes(30), minutes(45), hours(1),
                                            minutes(90), hours(2),    hours(4),    hours(8),
                                            days(2),     days(3),     days(5),     days(7)};
  return lengths;
}

std::vector<UnixMillis> suggested_times(const TimeZone& ours, const TimeZone& theirs, UnixMillis now,
                                        std::size_t count) {
  std::vector<UnixMillis> out;
  for (int day = kFirstDay; day <= kLastDay && out.size() < std::min(count, limits::kCallTimes); ++day) {
    const UnixMillis then{now.value + day * kDayMs};
    if (ours.is_weekend(then)) continue;
    const auto time = best_on(ours.local_text(then).substr(0, 10), ours, theirs);
    if (time && (out.empty() || *time != out.back())) out.push_back(*time);
  }
  return out;
}

std::string time_value(const CallTime& time) {
  return std::to_string(time.start.value) + "." + std::to_string(time.length.count());
}

std::optional<CallTime> read_time_value(std::string_view value) {
  const auto dot = value.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto start = parse_decimal(value.substr(0, dot));
  const auto minutes = parse_decimal(value.substr(dot + 1));
  if (!start.ok() || !minutes.ok() || *start > INT64_MAX || *minutes > limits::kCallMinutesMax)
    return std::nullopt;
  v1::TimeSlot slot;
  slot.set_start_ms(static_cast<std::int64_t>(*start));
  slot.set_minutes(static_cast<std::uint32_t>(*minutes));
  return call_time(slot);
}

}  // namespace koinon
