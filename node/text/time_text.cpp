#include "node/text/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <vector>

#include "proto/base/ascii.h"

namespace koinon {
namespace {

constexpr std::size_t kHttpDateChars = 64;
constexpr int kFirstHttpYear = 1900;
constexpr std::array<std::string_view, 12> kHttpMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads `digits` digits off the front.
bool take_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, out);
  if (error != std::errc() || end != text.data() + digits || out < 0) return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// An author's clock may say anything. RFC 3339 cannot write times before the year 1 or after 9999.
std::chrono::sys_seconds with_a_form(UnixMillis time) {
  constexpr std::int64_t kFirst = -62'135'596'800;
  constexpr std::int64_t kLast = 253'402'300'799;
  return std::chrono::sys_seconds{std::chrono::seconds(std::clamp(time.value / 1000, kFirst, kLast))};
}

}  // namespace

std::string time_text(UnixMillis time) {
  const std::chrono::sys_seconds at = with_a_form(time);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  std::array<char, 32> buffer{};
  const int size =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::string http_date(UnixMillis time) {
  const std::time_t seconds = with_a_form(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> buffer{};
  return {buffer.data(), std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::optional<UnixMillis> parse_http_date(std::string_view text) {
  if (text.size() > kHttpDateChars) return std::nullopt;
  // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
  std::string spaced(text);
  for (char& c : spaced) {
    if (c == ',' || c == '-') c = ' ';
  }
  std::vector<std::string> parts = split(spaced, ' ');
  if (parts.size() == 5) {
    parts = {parts[0], parts[2], parts[1], parts[4], parts[3], "GMT"};
  }
  if (parts.size() != 6 || (parts[5] != "GMT" && parts[5] != "UTC")) return std::nullopt;
  const auto month = std::find(kHttpMonths.begin(), kHttpMonths.end(), parts[2]);
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  std::string_view days = parts[1], years = parts[3], clock = parts[4];
  const bool read = take_number(days, days.size() == 1 ? 1 : 2, day) && days.empty() &&
                    take_number(years, years.size() == 2 ? 2 : 4, year) && years.empty() &&
                    take_number(clock, 2, hour) && take(clock, ':') && take_number(clock, 2, minute) &&
                    take(clock, ':') && take_number(clock, 2, second) && clock.empty();
  if (!read || month == kHttpMonths.end()) return std::nullopt;
  if (parts[3].size() == 2) year += year < 70 ? 2000 : 1900;
  if (year < kFirstHttpYear) return std::nullopt;
  const auto date = std::chrono::year(year) / (static_cast<int>(month - kHttpMonths.begin()) + 1) / day;
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                    std::chrono::seconds(std::min(second, 59));
  return UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count()};
}

Result<UnixMillis> parse_time(std::string_view text, const std::string& field) {
  const Error malformed = fail(
      Code::kInvalidArgument, Sentence{"time.form", "it is a time such as 2026-12-01T09:00:00+01:00"}, field);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) || !take(text, '-') ||
      !take_number(text, 2, day) || text.empty())
    return malformed;
  text.remove_prefix(1);  // T, t or a space
  if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute) || !take(text, ':') ||
      !take_number(text, 2, second))
    return malformed;
  if (take(text, '.')) {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  }
  const auto date = std::chrono::year(year) / month / day;
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return malformed;
  std::chrono::minutes offset{0};
  if (!take(text, 'Z') && !take(text, 'z')) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return malformed;
    const int sign = text.front() == '+' ? 1 : -1;
    text.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (!take_number(text, 2, hours) || !take(text, ':') || !take_number(text, 2, minutes) || hours > 23 ||
        minutes > 59)
      return malformed;
    offset = sign * (std::chrono::hours(hours) + std::chrono::minutes(minutes));
  }
  if (!text.empty()) return malformed;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                    std::chrono::seconds(second) - offset;
  return UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count()};
}

}  // namespace koinon
