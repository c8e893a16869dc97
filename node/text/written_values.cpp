#include "node/text/written_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "proto/base/ascii.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

struct Named {
  std::string_view written;
  std::string_view means;
};

// Digits, separators and spaces of other scripts, as ASCII has them.
constexpr std::array<Named, 13> kSame = {{{"\u00A0", " "},
                                          {"\u2009", " "},
                                          {"\u202F", " "},
                                          {"\u3000", " "},
                                          {"\u2019", "'"},
                                          {"\u066C", ","},
                                          {"\u066B", "."},
                                          {"\u060C", ","},
                                          {"\u2212", "-"},
                                          {"\uFF0C", ","},
                                          {"\uFF0E", "."},
                                          {"\u200E", ""},
                                          {"\u200F", ""}}};

// The first character of ten digits in a row.
constexpr std::array<std::string_view, 3> kZeros = {"\u0660", "\u06F0", "\uFF10"};

// Signs and codes that mean one currency. A bare $ or ¥ means several.
constexpr std::array<Named, 12> kCurrencySigns = {{{"us$", "USD"},
                                                   {"a$", "AUD"},
                                                   {"c$", "CAD"},
                                                   {"r$", "BRL"},
                                                   {"hk$", "HKD"},
                                                   {"€", "EUR"},
                                                   {"£", "GBP"},
                                                   {"₩", "KRW"},
                                                   {"₹", "INR"},
                                                   {"원", "KRW"},
                                                   {"euro", "EUR"},
                                                   {"euros", "EUR"}}};
constexpr std::array<std::string_view, 2> kUnclearSigns = {"$", "¥"};

struct Multiple {
  std::string_view written;
  double times;
};
constexpr std::array<Multiple, 41> kMultiples = {
    {{"k", 1e3},         {"thousand", 1e3}, {"mil", 1e3},      {"mille", 1e3},    {"mila", 1e3},
     {"tsd", 1e3},       {"ألف", 1e3},      {"천", 1e3},       {"千", 1e3},       {"만", 1e4},
     {"万", 1e4},        {"萬", 1e4},       {"lakh", 1e5},     {"m", 1e6},        {"mn", 1e6},
     {"mio", 1e6},       {"mln", 1e6},      {"million", 1e6},  {"millions", 1e6}, {"millionen", 1e6},
     {"millón", 1e6},    {"millones", 1e6}, {"milione", 1e6},  {"milioni", 1e6},  {"milhão", 1e6},
     {"milhões", 1e6},   {"مليون", 1e6},    {"백만", 1e6},     {"crore", 1e7},    {"억", 1e8},
     {"億", 1e8},        {"亿", 1e8},       {"bn", 1e9},       {"billion", 1e9},  {"milliard", 1e9},
     {"milliards", 1e9}, {"miliardi", 1e9}, {"miliardo", 1e9}, {"مليار", 1e9},    {"조", 1e12},
     {"trillion", 1e12}}};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// As ASCII writes it, in lower case. The digits of ten in a row differ in their last byte alone.
std::optional<std::string> plain(std::string_view text) {
  if (text.size() > limits::kWrittenValueBytes) return std::nullopt;
  std::string out(text);
  for (const Named& same : kSame) replace_all(out, same.written, same.means);
  for (const std::string_view zero : kZeros) {
    for (char digit = 0; digit < 10; ++digit) {
      std::string other(zero);
      other.back() = static_cast<char>(other.back() + digit);
      replace_all(out, other, std::string(1, static_cast<char>('0' + digit)));
    }
  }
  return trimmed(ascii_lower(out));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "1,200,000" in parts: between them the separators.
struct Grouped {
  std::vector<std::string_view> parts;
  std::string separators;
};

std::optional<Grouped> grouped(std::string_view digits) {
  Grouped out;
  std::size_t from = 0;
  for (std::size_t at = 0; at <= digits.size(); ++at) {
    if (at < digits.size() && is_digit(digits[at])) continue;
    out.parts.push_back(digits.substr(from, at - from));
    if (!all_digits(out.parts.back())) return std::nullopt;
    if (at < digits.size()) out.separators += digits[at];
    from = at + 1;
  }
  return out;
}

// Groups as thousands (1,200,000), or as India writes them (12,34,567).
bool are_thousands(const std::vector<std::string_view>& groups) {
  if (groups.size() < 2 || groups.front().size() > 3 || groups.back().size() != 3) return false;
  const auto inner = [&](std::size_t size) {
    return std::all_of(groups.begin() + 1, groups.end() - 1,
                       [&](std::string_view group) { return group.size() == size; });
  };
  return inner(3) || (inner(2) && groups.front().size() <= 2);
}

// Digits with their separators, without sign or unit.
std::optional<double> number_of(std::string_view digits) {
  const auto read = grouped(digits);
  if (!read) return std::nullopt;
  std::vector<std::string_view> whole = read->parts;
  std::string_view fraction;
  if (!read->separators.empty()) {
    const char last = read->separators.back();
    const bool once = std::count(read->separators.begin(), read->separators.end(), last) == 1;
    const bool others_before = read->separators.size() > 1;
    // The last separator begins the fraction if it is another than those before, or if what follows is no
    // group of three; a leading zero (0.125) has no thousands.
    const bool point = (last == '.' || last == ',') && once &&
                       (others_before || whole.back().size() != 3 || whole.front() == "0");
    if (point) {
      fraction = whole.back();
      whole.pop_back();
    }
    const std::string_view between(read->separators.data(), whole.size() - 1);
    const bool alike =
        std::adjacent_find(between.begin(), between.end(), std::not_equal_to<>()) == between.end();
    if (!alike ||
        (!between.empty() && std::string_view(",.' ").find(between.front()) == std::string_view::npos))
      return std::nullopt;
    if (whole.size() > 1 && !are_thousands(whole)) return std::nullopt;
  }
  std::string text;
  for (const std::string_view part : whole) text += part;
  if (!fraction.empty()) text.append(".").append(fraction);
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

bool is_code(std::string_view word) {
  constexpr std::array<std::string_view, 22> kCodes = {"usd", "eur", "gbp", "krw", "jpy", "cny", "inr", "brl",
                                                       "mxn", "cad", "aud", "chf", "sek", "nok", "dkk", "pln",
                                                       "zar", "ngn", "kes", "egp", "try", "idr"};
  return std::find(kCodes.begin(), kCodes.end(), word) != kCodes.end();
}

// Takes a currency's sign or code off the end of the word that is asked for; whether there was one.
bool take_currency(std::string& word, std::string& currency) {
  if (is_code(word)) {
    for (const char c : word) currency += static_cast<char>(c - 'a' + 'A');
    word.clear();
    return true;
  }
  for (const Named& sign : kCurrencySigns) {
    if (word == sign.written || (word.ends_with(sign.written) && sign.written.size() > 1)) {
      currency = sign.means;
      word.erase(word.size() - sign.written.size());
      return true;
    }
  }
  for (const std::string_view sign : kUnclearSigns) {
    if (!word.ends_with(sign)) continue;
    word.erase(word.size() - sign.size());
    return true;
  }
  return false;
}

// What stands around the number: a currency, a multiple, both or neither.
bool read_unit(std::string_view text, double& times, std::string& currency) {
  for (std::string word : split(text, ' ')) {
    if (word.ends_with('.')) word.pop_back();  // Mio.
    const bool was_currency = currency.empty() && take_currency(word, currency);
    if (word.empty() && was_currency) continue;
    if (word == "de" || word == "di" || word == "d'") continue;  // un million d'euros
    const auto* const multiple = std::find_if(kMultiples.begin(), kMultiples.end(),
                                              [&](const Multiple& one) { return one.written == word; });
    if (multiple == kMultiples.end() || times != 1) return false;
    times = multiple->times;
  }
  return true;
}

}  // namespace

std::optional<WrittenAmount> read_amount(std::string_view text) {
  const auto clean = plain(text);
  if (!clean) return std::nullopt;
  const auto first = clean->find_first_of("0123456789");
  const auto last = clean->find_last_of("0123456789");
  if (first == std::string::npos) return std::nullopt;
  const auto number = number_of(std::string_view(*clean).substr(first, last - first + 1));
  WrittenAmount out;
  double times = 1;
  if (!number || !read_unit(std::string_view(*clean).substr(0, first), times, out.currency))
    return std::nullopt;
  std::string_view after = std::string_view(*clean).substr(last + 1);
  if (after.ends_with(".-") || after.ends_with(",-")) after.remove_suffix(2);
  if (!read_unit(after, times, out.currency)) return std::nullopt;
  out.value = *number * times;
  if (!std::isfinite(out.value)) return std::nullopt;
  return out;
}

std::optional<double> read_plain_number(std::string_view text) {
  auto clean = plain(text);
  if (!clean || clean->empty()) return std::nullopt;
  const bool minus = clean->front() == '-';
  if (minus || clean->front() == '+') clean->erase(0, 1);
  if (clean->ends_with("°")) clean->erase(clean->size() - std::string_view("°").size());
  const auto number = number_of(trimmed(*clean));
  if (number) return minus ? -*number : *number;
  if (minus) return std::nullopt;
  const auto amount = read_amount(*clean);
  return amount && amount->currency.empty() ? std::optional(amount->value) : std::nullopt;
}

namespace {

// In the languages of the pages; of English the first three letters are enough.
constexpr std::array<std::array<std::string_view, 5>, 12> kMonths = {{
    {"jan", "enero", "janvier", "gennaio", "يناير"},
    {"feb", "febrero", "février", "febbraio", "فبراير"},
    {"mar", "marzo", "mars", "marzo", "مارس"},
    {"apr", "abril", "avril", "aprile", "أبريل"},
    {"may", "mayo", "mai", "maggio", "مايو"},
    {"jun", "junio", "juin", "giugno", "يونيو"},
    {"jul", "julio", "juillet", "luglio", "يوليو"},
    {"aug", "agosto", "août", "agosto", "أغسطس"},
    {"sep", "septiembre", "septembre", "settembre", "سبتمبر"},
    {"oct", "octubre", "octobre", "ottobre", "أكتوبر"},
    {"nov", "noviembre", "novembre", "novembre", "نوفمبر"},
    {"dec", "diciembre", "décembre", "dicembre", "ديسمبر"},
}};
constexpr std::array<std::string_view, 12> kEnglishMonths = {"january",   "february", "march",    "april",
                                                             "may",       "june",     "july",     "august",
                                                             "september", "october",  "november", "december"};

// 1 to 12; 0: it names none.
int month_of(std::string word) {
  if (word.ends_with('.')) word.pop_back();
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    for (const std::string_view name : kMonths.at(month)) {
      if (word == name) return static_cast<int>(month) + 1;
    }
    if (word.size() >= 3 && kEnglishMonths.at(month).starts_with(word)) return static_cast<int>(month) + 1;
  }
  return word == "sept" ? 9 : 0;
}

int small_number(std::string_view digits) {
  int out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc() && end == digits.data() + digits.size() ? out : -1;
}

// `month` and `day`: 0 where they are not said.
std::optional<std::string> iso_date(int year, int month, int day) {
  if (year < 1000 || year > 9999 || month < 0 || month > 12 || (month == 0 && day != 0)) return std::nullopt;
  const auto calendar = std::chrono::year(year) / std::max(month, 1) / std::max(day, 1);
  if (!calendar.ok()) return std::nullopt;
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02d-%02d", year, month, day);
  return std::string(out.data(), day != 0 ? 10 : month != 0 ? 7 : 4);
}

// Numbers alone. The year has four digits, so that it is known which it is.
std::optional<std::string> date_of_numbers(const std::vector<std::string>& words) {
  std::vector<int> numbers;
  for (const std::string& word : words) {
    if (!all_digits(word) || word.size() > 4) return std::nullopt;
    numbers.push_back(small_number(word));
  }
  const bool year_first = words.front().size() == 4;
  if (words.size() == 1) return year_first ? iso_date(numbers[0], 0, 0) : std::nullopt;
  if (words.size() == 2) {
    const auto [year, month] =
        year_first ? std::pair(numbers[0], numbers[1]) : std::pair(numbers[1], numbers[0]);
    return month == 0 ? std::nullopt : iso_date(year, month, 0);
  }
  if (words.size() != 3 || numbers[1] == 0) return std::nullopt;
  if (year_first) return numbers[2] == 0 ? std::nullopt : iso_date(numbers[0], numbers[1], numbers[2]);
  if (words[2].size() != 4 || numbers[0] == 0) return std::nullopt;
  // 17/3 and 3/17 say which is the day.
  if (numbers[0] > 12 || numbers[0] == numbers[1]) return iso_date(numbers[2], numbers[1], numbers[0]);
  return numbers[1] > 12 ? iso_date(numbers[2], numbers[0], numbers[1]) : std::nullopt;
}

}  // namespace

std::optional<std::string> read_written_date(std::string_view text) {
  auto clean = plain(text);
  if (!clean || clean->empty()) return std::nullopt;
  // 17.3.2020 is a day first wherever points are written.
  const auto points = split(*clean, '.');
  if (points.size() == 3 && std::all_of(points.begin(), points.end(), all_digits) && points[0].size() <= 2 &&
      points[2].size() == 4)
    return small_number(points[0]) == 0 || small_number(points[1]) == 0
               ? std::nullopt
               : iso_date(small_number(points[2]), small_number(points[1]), small_number(points[0]));
  for (const char* unit : {"년", "年", "월", "月", "일", "日", "/", "-", ",", "º"})
    replace_all(*clean, unit, " ");
  if (points.size() > 1) replace_all(*clean, ".", " ");
  std::vector<std::string> words = split(*clean, ' ');
  std::erase_if(words, [](const std::string& word) { return word == "de" || word == "del" || word == "of"; });
  if (words.empty() || words.size() > 3) return std::nullopt;
  const auto named =
      std::find_if(words.begin(), words.end(), [](const auto& word) { return month_of(word) != 0; });
  if (named == words.end()) return date_of_numbers(words);
  const int month = month_of(*named);
  words.erase(named);
  int year = -1;
  int day = 0;
  for (std::string& word : words) {
    for (const std::string_view ordinal : {"st", "nd", "rd", "th", "er"}) {
      if (word.size() > 2 && word.size() <= 4 && word.ends_with(ordinal)) word.erase(word.size() - 2);
    }
    if (!all_digits(word)) return std::nullopt;
    if (word.size() == 4) {
      year = small_number(word);
    } else if (word.size() <= 2) {
      day = small_number(word);
    } else {
      return std::nullopt;
    }
  }
  if (year < 0 || (words.size() == 2 && day == 0)) return std::nullopt;
  return iso_date(year, month, day);
}

}  // namespace koinon
