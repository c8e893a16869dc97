#include "tools/cell_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "node/text/plain_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

// White space of Unicode beyond ASCII, as far as it is plain text.
constexpr std::array<std::string_view, 16> kWideSpaces = {
    "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u202F", "\u205F", "\u3000"};

// How many bytes of white space the text begins with: one character, or 0.
std::size_t space_at_begin(std::string_view text) {
  if (text.empty()) return 0;
  if (std::string_view(" \t\r\n\v\f").find(text.front()) != std::string_view::npos) return 1;
  for (const auto space : kWideSpaces) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

std::size_t space_at_end(std::string_view text) {
  if (text.empty()) return 0;
  if (std::string_view(" \t\r\n\v\f").find(text.back()) != std::string_view::npos) return 1;
  for (const auto space : kWideSpaces) {
    if (text.ends_with(space)) return space.size();
  }
  return 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// --- amounts ---

Error no_amount() { return fail(Code::kInvalidArgument, "it is a number from 0 on, such as 120000 or 99.5"); }

// From the first digit to the last.
std::string_view digits_of(std::string_view text) {
  const auto first = text.find_first_of("0123456789");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_of("0123456789") - first + 1);
}

// Whether its only separator could begin three decimals or a group of three.
bool is_unclear(std::string_view digits) {
  const auto at = digits.find_first_not_of("0123456789");
  if (at == std::string_view::npos || at > 3 || digits.size() - at != 4) return false;
  return (digits[at] == '.' || digits[at] == ',') && is_digits(digits.substr(at + 1)) &&
         digits.front() != '0';
}

// 1.2E+06: a spreadsheet has cut its digits off.
bool is_shortened(std::string_view digits) {
  const auto power = digits.find_first_of("eE");
  return power != std::string_view::npos &&
         digits.find_first_not_of("0123456789.,eE+-") == std::string_view::npos;
}

// Digits with at most a point, as programs write them. They may be longer than what people write.
std::optional<double> plain_number(std::string_view text) {
  if (text.empty() || !is_digit(text.front()) ||
      text.find_first_not_of("0123456789.") != std::string_view::npos)
    return std::nullopt;
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

}  // namespace

std::string clean_text(std::string_view cell) {
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] != '\r') {
      out += cell[i];
    } else if (i + 1 == cell.size() || cell[i + 1] != '\n') {
      out += '\n';
    }
  }
  if (is_utf8(out)) out = plain_text(out);
  std::string_view text = out;
  while (const std::size_t space = space_at_begin(text)) text.remove_prefix(space);
  while (const std::size_t space = space_at_end(text)) text.remove_suffix(space);
  return std::string(text);
}

Result<WrittenAmount> cell_amount(std::string_view cell) {
  const std::string text = clean_text(cell);
  const std::string_view digits = digits_of(text);
  if (is_shortened(digits))
    return fail(Code::kInvalidArgument,
                "the spreadsheet has shortened this number; give the column the format of a number");
  if (is_unclear(digits))
    return fail(
        Code::kInvalidArgument,
        "it can be read as thousands or as a fraction; write it without a separator, or with two decimals");
  if (const auto value = plain_number(text)) return WrittenAmount{*value, {}};
  const auto read = read_amount(text);
  if (!read || !(read->value >= 0)) return no_amount();
  return *read;
}

std::string amount_text(double value) {
  std::array<char, 400> digits{};  // the largest number has 309
  if (!std::isfinite(value)) return {};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return {};
  std::string out(digits.data(), end);
  // 1.125 could be a thousand and more; 1.1250 could not.
  if (const auto dot = out.find('.'); dot != std::string::npos && out.size() - dot == 4) out += '0';
  return out;
}

Result<std::uint64_t> cell_whole(std::string_view cell, std::uint64_t least, std::uint64_t most) {
  std::string_view text = cell;
  if (const auto end = text.find_first_of(".,");
      end != std::string_view::npos && text.find_first_not_of('0', end + 1) == std::string_view::npos)
    text = text.substr(0, end);
  const auto value = parse_decimal(text);
  if (value.ok() && *value >= least && *value <= most) return *value;
  return fail(Code::kInvalidArgument,
              "it is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

// --- dates ---

namespace {

std::vector<std::string_view> date_parts(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find_first_of("-/. ,", begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// With a year of two digits in four, as spreadsheets read them: up to 29 it is this century. 17/03/20,
// Mar-20.
std::string with_whole_year(const std::string& text) {
  const auto parts = date_parts(text);
  const auto is_short = [](std::string_view part) { return is_digits(part) && part.size() <= 2; };
  if (parts.size() < 2 || parts.size() > 3 || !is_short(parts.back()) || parts.back().size() != 2)
    return text;
  const bool named = std::none_of(parts[0].begin(), parts[0].end(), is_digit) ||
                     (parts.size() == 3 && std::none_of(parts[1].begin(), parts[1].end(), is_digit));
  const bool numbered = parts.size() == 3 && is_short(parts[0]) && is_short(parts[1]);
  if (!named && !numbered) return text;
  const auto at = static_cast<std::size_t>(parts.back().data() - text.data());
  return text.substr(0, at) + (parts.back().front() < '3' ? "20" : "19") + text.substr(at);
}

// The numbers of a date such as 03/04/2020, of which the first two are day and month in some order.
struct NumberedDate {
  unsigned first = 0;
  unsigned second = 0;
  std::string_view year;
};
std::optional<NumberedDate> numbered_date(std::string_view text) {
  const auto parts = date_parts(text);
  // With points the day comes first everywhere.
  if (text.find('.') != std::string_view::npos || parts.size() != 3) return std::nullopt;
  if (parts[2].size() != 4 || !std::all_of(parts.begin(), parts.end(), is_digits)) return std::nullopt;
  if (parts[0].size() > 2 || parts[1].size() > 2) return std::nullopt;
  NumberedDate out{0, 0, parts[2]};
  std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), out.first);
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), out.second);
  return out;
}

// The days since the end of 1899, as spreadsheets count from March 1900 on. Five digits.
std::string date_of_serial(std::string_view text) {
  int days = 0;
  std::from_chars(text.data(), text.data() + text.size(), days);
  const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::year(1899) / 12 / 30) +
                                         std::chrono::days(days));
  const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) +
         "-" + two(static_cast<unsigned>(date.day()));
}

// Without the time of the day after a date.
std::string_view without_time(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return text;
  const auto end = text.find_last_of(" T", colon);
  return end == std::string_view::npos ? text : text.substr(0, end);
}

}  // namespace

DayOrder day_order_of(const std::vector<std::string>& dates) {
  bool day_first = false;
  bool month_first = false;
  for (const std::string& cell : dates) {
    const std::string whole = with_whole_year(clean_text(without_time(clean_text(cell))));
    const auto date = numbered_date(whole);
    day_first = day_first || (date && date->first > 12 && date->second <= 12);
    month_first = month_first || (date && date->second > 12 && date->first <= 12);
  }
  if (day_first == month_first) return DayOrder::kUnknown;
  return day_first ? DayOrder::kDayFirst : DayOrder::kMonthFirst;
}

Result<std::string> cell_date(std::string_view cell, DayOrder order) {
  std::string text = clean_text(cell);
  if (is_digits(text) && text.size() == 5) return date_of_serial(text);
  const std::string whole = with_whole_year(clean_text(without_time(text)));
  if (auto date = read_written_date(whole)) return std::move(*date);
  const auto numbers = numbered_date(whole);
  if (!numbers || numbers->first > 12 || numbers->second > 12) return text;
  if (order == DayOrder::kUnknown)
    return fail(Code::kInvalidArgument, "day and month could be either; write the date as 2020-03-17");
  const bool day_first = order == DayOrder::kDayFirst;
  const std::string in_order = std::to_string(day_first ? numbers->first : numbers->second) + "." +
                               std::to_string(day_first ? numbers->second : numbers->first) + "." +
                               std::string(numbers->year);
  return read_written_date(in_order).value_or(text);
}

}  // namespace koinon
