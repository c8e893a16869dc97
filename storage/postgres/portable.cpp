#include "storage/postgres/portable.h"

#include <algorithm>
#include <charconv>

#include "proto/base/encoding.h"

namespace koinon::postgres {
namespace {

constexpr std::string_view kIndexedBy = "INDEXED BY ";
constexpr std::string_view kNoCharacter = "\xEF\xBF\xBD";  // U+FFFD

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_in_name(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Of the character that a text begins with. 0: it begins with none.
std::size_t bytes_of_first(std::string_view text) {
  constexpr std::size_t kMost = 4;
  for (std::size_t bytes = 1; bytes <= std::min(kMost, text.size()); ++bytes) {
    if (is_utf8(text.substr(0, bytes))) return bytes;
  }
  return 0;
}

// Where the quoted text that begins at `at` ends.
std::size_t behind_quoted(std::string_view sql, std::size_t at) {
  const std::size_t end = sql.find(sql[at], at + 1);
  return end == std::string_view::npos ? sql.size() : end + 1;
}

}  // namespace

PortableText of_portable(std::string_view sql) {
  PortableText out;
  int next = 1;
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    if (c == '\'' || c == '"') {
      const std::size_t end = behind_quoted(sql, at);
      out.text += sql.substr(at, end - at);
      at = end;
    } else if (c == '?') {
      ++at;
      int number = next;
      std::size_t end = at;
      while (end < sql.size() && is_digit(sql[end])) ++end;
      if (end > at) std::from_chars(sql.data() + at, sql.data() + end, number);
      at = end;
      next = std::max(next, number + 1);
      out.parameters = std::max(out.parameters, number);
      out.text += "$" + std::to_string(number);
    } else if (sql.substr(at).starts_with(kIndexedBy)) {
      at += kIndexedBy.size();
      while (at < sql.size() && is_in_name(sql[at])) ++at;
    } else {
      out.text += c;
      ++at;
    }
  }
  return out;
}

std::optional<std::string> text_for_server(std::string_view text) {
  if (text.find('\0') == std::string_view::npos && is_utf8(text)) return std::nullopt;
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = text.front() == '\0' ? 0 : bytes_of_first(text);
    out += bytes == 0 ? kNoCharacter : text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

}  // namespace koinon::postgres
