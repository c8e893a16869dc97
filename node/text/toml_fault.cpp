#include "node/text/plain_text.h"
#include "node/text/toml.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::size_t kLookedAtBytes = 1024;  // a longer line has no remedy: each item of a list costs

// The first line has the number 1. Empty: there is none of that number.
std::string_view line_of(std::string_view text, std::size_t number) {
  for (; number > 1; --number) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool is_value(std::string_view written) {
  const std::string line = "v = " + std::string(written);
  if (!check_toml(line, "").ok()) return false;
  try {
    return static_cast<bool>(toml::parse(line));
  } catch (const std::exception&) {
    return false;
  }
}

// Begun as nothing that has a sign at its beginning. `True` is a slip of another kind.
bool is_bare_text(const std::string& written) {
  constexpr std::string_view kSigns = "\"'[]{},#=";
  return !written.empty() && kSigns.find(written.front()) == std::string_view::npos &&
         !is_value(ascii_lower(written));
}

// Behind the = of a line, or in a list there.
bool has_bare_text(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string value = trimmed(line.substr(equals + 1));
  if (!value.starts_with('[')) return is_bare_text(value);
  const std::string items = value.substr(1, value.find_first_of("]#") - 1);
  for (const std::string& item : split(items, ',')) {
    if (is_bare_text(item)) return true;
  }
  return false;
}

}  // namespace

Error toml_fault(std::string_view text, std::string_view what, const TomlPlace& place) {
  const std::string line = plain_line(trimmed(line_of(text, place.line)));
  const std::string_view shown = clipped_utf8(line, kShownBytes);
  std::string said = place.why + " (line " + std::to_string(place.line + place.first_line - 1);
  if (!shown.empty()) said += ": " + std::string(shown) + (shown.size() < line.size() ? " …" : "");
  said += ")";
  if (line.size() <= kLookedAtBytes && has_bare_text(line)) said += "; text stands in quotes (\")";
  return fail(Code::kInvalidArgument, std::move(said), std::string(what));
}

}  // namespace koinon
