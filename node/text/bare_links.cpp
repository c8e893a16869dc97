#include "node/text/bare_links.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "node/text/plain_text.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

constexpr std::size_t kHostBytes = 253;  // RFC 1035

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Of text that is UTF-8: the character that begins at `at`, and its length in bytes.
struct Character {
  std::uint32_t point = 0;
  std::size_t size = 1;
};
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const std::uint32_t first = byte(0);
  if (first < 0xC0) return {first, 1};
  if (first < 0xE0) return {(first & 0x1FU) << 6U | (byte(1) & 0x3FU), 2};
  if (first < 0xF0) return {(first & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU), 3};
  return {(first & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U | (byte(2) & 0x3FU) << 6U | (byte(3) & 0x3FU), 4};
}

// A backslash before a mark that an address may have.
bool is_escape(std::string_view text) {
  return text.size() > 1 && text[0] == '\\' && text[1] > ' ' && text[1] < 0x7F && !is_alnum(text[1]) &&
         text[1] != '"' && text[1] != '\\';
}

// Whether an entity begins here that stands for something else than &.
bool is_other_entity(std::string_view text) {
  constexpr std::size_t kLongestName = 32;
  if (!text.starts_with('&') || text.starts_with("&amp;")) return false;
  const std::string_view name = text.substr(1, kLongestName);
  const auto end = name.find(';');
  return end != 0 && end != std::string_view::npos &&
         std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return is_alnum(c) || c == '#'; });
}

bool within(std::uint32_t point, std::uint32_t first, std::uint32_t last) {
  return point >= first && point <= last;
}
// Spaces, quotation marks, brackets and full stops of other writing than ASCII's.
bool is_mark(std::uint32_t point) {
  return within(point, 0x80, 0xBF) || within(point, 0x2000, 0x206F) || within(point, 0x3000, 0x303F) ||
         within(point, 0xFF00, 0xFF0F) || within(point, 0xFF1A, 0xFF20) || within(point, 0xFF3B, 0xFF40) ||
         within(point, 0xFF5B, 0xFF65) || within(point, 0x060C, 0x061F) || point == 0x06D4;
}
// Thai, Lao, Tibetan, Burmese, Khmer; Chinese, Japanese and Korean.
bool is_written_without_spaces(std::uint32_t point) {
  return within(point, 0x0E00, 0x109F) || within(point, 0x1780, 0x17FF) || within(point, 0x2E80, 0xD7FF) ||
         within(point, 0xF900, 0xFAFF) || within(point, 0xFF66, 0xFFDC) || within(point, 0x20000, 0x3FFFF);
}

bool begins(std::string_view text, std::size_t at, std::string_view scheme) {
  return text.size() - at >= scheme.size() && ascii_lower(text.substr(at, scheme.size())) == scheme;
}

// The length of a host with a dot in it. 0: there is none.
std::size_t host_size(std::string_view text) {
  std::size_t size = 0;
  std::size_t dots = 0;
  while (size < std::min(text.size(), kHostBytes + 1)) {
    const Character one = character_at(text, size);
    if (one.point >= 0x80
            ? is_mark(one.point)
            : !is_alnum(text[size]) && text[size] != '-' && text[size] != '.' && text[size] != '_')
      break;
    if (size > 0 && is_alnum(text[size - 1]) && is_written_without_spaces(one.point)) break;
    dots += one.point == '.' ? 1 : 0;
    size += one.size;
  }
  while (size > 0 && text[size - 1] == '.') {
    --size;
    --dots;
  }
  return size > kHostBytes || dots == 0 || text.front() == '.' || text.front() == '-' ? 0 : size;
}

// Where the address ends that has its host up to `at`.
std::size_t end_of(std::string_view text, std::size_t at) {
  std::size_t open = 0;
  while (at < text.size()) {
    const char c = text[at];
    const Character one = character_at(text, at);
    if (one.point >= 0x80) {
      if (is_mark(one.point) || (is_alnum(text[at - 1]) && is_written_without_spaces(one.point))) break;
    } else if (c <= ' ' || c == 0x7F || std::string_view("<>\"`[]|").find(c) != std::string_view::npos) {
      break;
    } else if ((c == '\\' && !is_escape(text.substr(at))) || is_other_entity(text.substr(at))) {
      break;
    } else if (c == '(') {
      ++open;
    } else if (c == ')') {
      if (open == 0) break;
      --open;
    }
    at += one.size;
  }
  return at;
}

// What ends the sentence and not the address. An entity that stands at the end is none of it either.
std::size_t without_last_marks(std::string_view text, std::size_t least, std::size_t end) {
  while (end > least) {
    const char last = text[end - 1];
    if (std::string_view("?!.,:;*_~'\\").find(last) == std::string_view::npos) return end;
    --end;
    if (last != ';') continue;
    std::size_t name = end;
    while (name > least && is_alnum(text[name - 1])) --name;
    if (name > least && text[name - 1] == '&') end = name - 1;
  }
  return end;
}

std::string as_shown(std::string_view address) {
  std::string out;
  while (!address.empty()) {
    const bool escape = is_escape(address);
    if (escape) address.remove_prefix(1);
    out += address.front();
    address.remove_prefix(!escape && address.starts_with("&amp;") ? 5 : 1);
  }
  return out;
}

}  // namespace

std::optional<BareLink> next_bare_link(std::string_view markdown, std::size_t from, std::size_t to) {
  static constexpr std::array<std::string_view, 3> kBeginnings = {"https://", "http://", "www."};
  const std::string_view before = markdown.substr(0, to);
  for (auto at = before.find_first_of("hHwW", from); at != std::string_view::npos;
       at = before.find_first_of("hHwW", at + 1)) {
    if (at > 0 && (is_alnum(markdown[at - 1]) ||
                   std::string_view("/._-@").find(markdown[at - 1]) != std::string_view::npos))
      continue;
    for (const std::string_view beginning : kBeginnings) {
      if (!begins(markdown, at, beginning)) continue;
      const bool bare = beginning == "www.";
      const std::size_t host = at + (bare ? 0 : beginning.size());
      const std::size_t size = host_size(markdown.substr(host));
      if (size == 0 || (bare && size <= beginning.size())) break;
      const std::size_t end = without_last_marks(markdown, host + size, end_of(markdown, host + size));
      BareLink out{at, end, as_shown(markdown.substr(at, end - at)), {}};
      out.url = bare ? "http://" + out.shown : out.shown;
      if (safe_link(out.url)) return out;
      break;
    }
  }
  return std::nullopt;
}

}  // namespace koinon
