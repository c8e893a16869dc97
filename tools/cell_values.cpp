#include "tools/cell_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

// White space of Unicode beyond ASCII, and marks that have no width.
constexpr std::array<std::string_view, 22> kWideSpaces = {
    "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\u200B", "\uFEFF", "\u0085", "\u2060"};

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

// With each white space as one ASCII space.
std::string with_plain_spaces(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t space = space_at_begin(text);
    out += space > 0 ? ' ' : text.front();
    text.remove_prefix(std::max<std::size_t>(space, 1));
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// --- amounts ---

Error no_amount() {
  return fail(Code::kInvalidArgument, "it is a number from 0 on, such as 120000 or 99.5");
}

// Takes a sign or code of a currency off, wherever it stands. "$", "¥" and "kr" mean several currencies: they
// go, and name none.
std::string take_currency(std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kSigns = {{{"€", "EUR"},
                                                                                   {"£", "GBP"},
                                                                                   {"₩", "KRW"},
                                                                                   {"₹", "INR"},
                                                                                   {"₺", "TRY"},
                                                                                   {"zł", "PLN"},
                                                                                   {"$", ""},
                                                                                   {"¥", ""},
                                                                                   {"kr", ""}}};
  for (const auto& [sign, code] : kSigns) {
    const auto at = text.find(sign);
    if (at == std::string::npos) continue;
    text.erase(at, sign.size());
    return std::string(code);
  }
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto begin = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_capital) - text.begin());
  if (begin + 3 > text.size() || !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                              text.begin() + static_cast<std::ptrdiff_t>(begin) + 3, is_capital))
    return {};
  std::string code = text.substr(begin, 3);
  text.erase(begin, 3);
  return code;
}

// The digits of groups such as 1,200,000, or 12,00,000 in India. Nothing: the groups have a form that nobody writes.
std::optional<std::string> ungrouped(std::string_view whole) {
  std::string out;
  std::size_t length = 0;
  bool first = true;
  char separator = 0;
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    if (i < whole.size() && is_digit(whole[i])) {
      out += whole[i];
      ++length;
      continue;
    }
    const bool last = i == whole.size();
    if (!last && separator != 0 && whole[i] != separator) return std::nullopt;
    const bool grouped = !first || !last;
    if (length == 0 || (grouped && length > 3) || (!first && length < (last || separator != ',' ? 3U : 2U))) return std::nullopt;
    if (!last) separator = whole[i];
    first = false;
    length = 0;
  }
  return out;
}

// Where the decimal separator stands; npos: there is none. Nothing: it cannot be told.
std::optional<std::size_t> decimal_of(std::string_view number) {
  const auto dots = std::count(number.begin(), number.end(), '.');
  const auto commas = std::count(number.begin(), number.end(), ',');
  if (dots + commas == 0) return std::string_view::npos;
  const std::size_t last = number.find_last_of(".,");
  if (dots > 0 && commas > 0) return last;
  if (dots + commas > 1) return std::string_view::npos;  // only groups repeat
  const bool other_groups = number.find_first_of(" '") != std::string_view::npos;
  const bool like_a_group = number.size() - last - 1 == 3 && last >= 1 && last <= 3 && number.front() != '0';
  if (like_a_group && !other_groups) return std::nullopt;
  return last;
}

}  // namespace

std::string clean_text(std::string_view cell) {
  while (const std::size_t space = space_at_begin(cell)) cell.remove_prefix(space);
  while (const std::size_t space = space_at_end(cell)) cell.remove_suffix(space);
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] != '\r') {
      out += cell[i];
    } else if (i + 1 == cell.size() || cell[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

Result<Amount> read_amount(std::string_view cell) {
  std::string text = with_plain_spaces(cell);
  Amount out;
  out.currency = take_currency(text);
  for (auto at = text.find("\u2019"); at != std::string::npos; at = text.find("\u2019", at))
    text.replace(at, std::string_view("\u2019").size(), "'");
  text = trimmed(text);
  if (const auto power = text.find_first_of("eE"); power != std::string::npos && power > 0 && is_digit(text[power - 1]))
    return fail(Code::kInvalidArgument,
                "the spreadsheet has shortened this number; give the column the format of a number");
  if (text.empty() || text.find_first_not_of("0123456789., '") != std::string::npos) return no_amount();
  const auto decimal = decimal_of(text);
  if (!decimal)
    return fail(Code::kInvalidArgument,
                "it can be read as thousands or as a fraction; write it without a separator, or with two decimals");
  const std::string_view all = text;
  const auto whole = ungrouped(all.substr(0, *decimal));
  const std::string_view fraction = *decimal == std::string_view::npos ? "0" : all.substr(*decimal + 1);
  if (!whole || !is_digits(fraction)) return no_amount();
  const std::string digits = *whole + "." + std::string(fraction);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.value);
  if (error != std::errc() || !std::isfinite(out.value)) return no_amount();
  return out;
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

Result<std::uint64_t> read_whole(std::string_view cell, std::uint64_t least, std::uint64_t most) {
  std::string_view text = cell;
  if (const auto end = text.find_first_of(".,"); end != std::string_view::npos &&
                                                 text.find_first_not_of('0', end + 1) == std::string_view::npos)
    text = text.substr(0, end);
  const auto value = parse_decimal(text);
  if (value.ok() && *value >= least && *value <= most) return *value;
  return fail(Code::kInvalidArgument,
              "it is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

// --- dates ---

namespace {

std::string padded(unsigned number, std::size_t digits) {
  std::string out = std::to_string(number);
  return out.size() >= digits ? out : std::string(digits - out.size(), '0') + out;
}

// Empty: there is no such day. Without a day: 2020-03.
std::string iso_date(unsigned year, unsigned month, std::optional<unsigned> day) {
  using namespace std::chrono;
  if (year < 1000 || year > 9999 || month < 1 || month > 12) return {};
  const std::string out = padded(year, 4) + "-" + padded(month, 2);
  if (!day) return out;
  const auto date = std::chrono::year(static_cast<int>(year)) / std::chrono::month(month) / std::chrono::day(*day);
  return date.ok() ? out + "-" + padded(*day, 2) : std::string();
}

// The month of an English name or its first three letters; 0: none.
unsigned month_of(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths = {"january", "february", "march",     "april",   "may",      "june",
                                                        "july",    "august",   "september", "october", "november", "december"};
  const std::string lower = ascii_lower(word);
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (lower == kMonths[i] || lower == kMonths[i].substr(0, 3) || (i == 8 && lower == "sept"))
      return static_cast<unsigned>(i + 1);
  }
  return 0;
}

struct DatePart {
  std::string_view text;
  unsigned number = 0;  // of digits
  unsigned month = 0;   // of a name
};

// The parts between separators, at most four. Empty: it has another form.
std::vector<DatePart> date_parts(std::string_view text) {
  std::vector<DatePart> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find_first_of("-/. ,", begin), text.size());
    if (const auto word = text.substr(begin, end - begin); !word.empty()) {
      DatePart part{word};
      if (is_digits(word) && word.size() <= 4) {
        for (const char c : word) part.number = part.number * 10 + static_cast<unsigned>(c - '0');
      } else if ((part.month = month_of(word)) == 0) {
        return {};
      }
      out.push_back(part);
      if (out.size() > 3) return {};
    }
    begin = end + 1;
  }
  return out;
}

// Two digits as spreadsheets read them: up to 29 it is this century.
unsigned year_of(const DatePart& part) {
  if (part.text.size() == 4) return part.number;
  if (part.text.size() != 2) return 0;
  return part.number + (part.number < 30 ? 2000 : 1900);
}

// The days since the end of 1899, as spreadsheets count from March 1900 on.
std::string date_of_serial(std::string_view text) {
  unsigned days = 0;
  for (const char c : text) days = days * 10 + static_cast<unsigned>(c - '0');
  const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::year(1899) / 12 / 30) +
                                         std::chrono::days(days));
  return iso_date(static_cast<unsigned>(static_cast<int>(date.year())), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
}

// A date whose month has a name: 17-Mar-20, March 17, 2020, Mar-20.
std::string named_date(const std::vector<DatePart>& parts) {
  if (parts.size() == 2 && parts[0].month > 0) return iso_date(year_of(parts[1]), parts[0].month, std::nullopt);
  if (parts.size() != 3) return {};
  const bool day_first = parts[1].month > 0;
  const DatePart& month = day_first ? parts[1] : parts[0];
  const DatePart& day = day_first ? parts[0] : parts[1];
  if (month.month == 0 || day.month > 0 || parts[2].month > 0) return {};
  return iso_date(year_of(parts[2]), month.month, day.number);
}

Result<std::string> numbered_date(const std::vector<DatePart>& parts, bool dots) {
  if (parts.size() == 2) {
    const bool year_first = parts[0].text.size() == 4;
    return iso_date(parts[year_first ? 0 : 1].text.size() == 4 ? parts[year_first ? 0 : 1].number : 0,
                    parts[year_first ? 1 : 0].number, std::nullopt);
  }
  if (parts.size() != 3) return std::string();
  if (parts[0].text.size() == 4) return iso_date(parts[0].number, parts[1].number, parts[2].number);
  const unsigned year = year_of(parts[2]);
  const unsigned first = parts[0].number;
  const unsigned second = parts[1].number;
  if (dots || first > 12 || first == second) return iso_date(year, second, first);
  if (second > 12) return iso_date(year, first, second);
  return fail(Code::kInvalidArgument, "day and month could be either; write the date as 2020-03-17");
}

}  // namespace

Result<std::string> read_date(std::string_view cell) {
  std::string text = clean_text(cell);
  // A time of the day after it.
  if (const auto colon = text.find(':'); colon != std::string::npos) {
    const auto end = text.find_last_of(" T", colon);
    if (end != std::string::npos) text = trimmed(std::string_view(text).substr(0, end));
  }
  if (is_digits(text) && text.size() == 5) return date_of_serial(text);
  // Dates of China, Japan and Korea name year, month and day.
  for (const std::string_view sign : {"年", "月", "日", "년", "월", "일"}) {
    if (const auto at = text.find(sign); at != std::string::npos) text.replace(at, sign.size(), "-");
  }
  const auto parts = date_parts(text);
  const bool named = std::any_of(parts.begin(), parts.end(), [](const DatePart& part) { return part.month > 0; });
  std::string date;
  if (named) {
    date = named_date(parts);
  } else if (parts.size() > 1) {
    KOINON_ASSIGN(date, numbered_date(parts, text.find('.') != std::string::npos));
  }
  return date.empty() ? text : date;
}

}  // namespace koinon
