#include "node/pages/form_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>

#include "proto/base/ascii.h"

namespace koinon {
namespace json = boost::json;

json::array pairs_of_lines(std::string_view text, const char* first, const char* second) {
  json::array out;
  for (const auto& line : split(unix_lines(text), '\n')) {
    const auto parts = split(line, '|');
    if (parts.empty()) continue;
    json::object one{{first, parts.front()}};
    if (parts.size() > 1) one[second] = parts[1];
    out.push_back(std::move(one));
  }
  return out;
}

json::value number_or_text(const std::string& text) {
  const char* const last = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [end, error] = std::from_chars(text.data(), last, whole);
      error == std::errc() && end == last)
    return json::value(whole);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const bool is_number = error == std::errc() && end == last && std::isfinite(number);
  return is_number ? json::value(number) : json::value(text);
}

std::string number_text(double number) {
  if (number == 0 && !std::signbit(number)) return {};
  std::array<char, 400> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
  return error == std::errc() ? std::string(digits.data(), end) : std::string();
}

std::string unix_lines(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r') out += c;
  }
  return out;
}

}  // namespace koinon
