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

json::value json_number(double number) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (std::abs(number) < kExact && std::trunc(number) == number) return static_cast<std::int64_t>(number);
  return number;
}

std::string text_at(const json::object& request, std::string_view key) {
  const auto* found = request.if_contains(key);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->as_string());
  if (!found->is_double()) return found->is_number() ? json::serialize(*found) : std::string();
  std::array<char, 400> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), found->as_double(),
                                          std::chars_format::fixed);
  return error == std::errc() ? std::string(digits.data(), end) : std::string();
}

const json::object& object_at(const json::object& request, std::string_view key) {
  static const json::object kNone;
  const auto* found = request.if_contains(key);
  return found != nullptr && found->is_object() ? found->get_object() : kNone;
}

const json::array& array_at(const json::object& request, std::string_view key) {
  static const json::array kNone;
  const auto* found = request.if_contains(key);
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

std::string unix_lines(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r') out += c;
  }
  return out;
}

}  // namespace koinon
