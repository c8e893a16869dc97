#include "storage/postgres/portable.h"

#include <algorithm>
#include <charconv>

namespace koinon::postgres {
namespace {

constexpr std::string_view kIndexedBy = "INDEXED BY ";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_in_name(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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

}  // namespace koinon::postgres
