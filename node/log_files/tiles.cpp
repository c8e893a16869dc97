#include "node/log_files/tiles.h"

#include <algorithm>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kGroup = 3;      // digits of a path element
constexpr std::size_t kMaxGroups = 5;  // a log has at most 2^40 entries
constexpr std::string_view kPartial = ".p";
constexpr unsigned kMaxLevel = 7;

Error no_such_tile() { return fail(Code::kNotFound, "a log has no such tile", "tile"); }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number without leading zeros.
Result<std::uint64_t> read_small(std::string_view text, std::uint64_t most) {
  if (!all_digits(text) || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return no_such_tile();
  KOINON_ASSIGN(const std::uint64_t value, parse_decimal(text));
  if (value > most) return no_such_tile();
  return value;
}

// x001/x234/067 is 1234067.
Result<std::uint64_t> read_number(std::span<const std::string> groups) {
  if (groups.empty() || groups.size() > kMaxGroups) return no_such_tile();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::string_view group = groups[i];
    if (i + 1 < groups.size()) {
      if (!group.starts_with('x')) return no_such_tile();
      group.remove_prefix(1);
    }
    if (group.size() != kGroup || !all_digits(group)) return no_such_tile();
    if (i == 0 && groups.size() > 1 && group == "000") return no_such_tile();
    for (const char digit : group) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

std::string three(std::uint64_t value) {
  std::string out = std::to_string(value);
  return std::string(kGroup - out.size(), '0') + out;
}

}  // namespace

std::string TilePath::text() const {
  std::string numbers = three(number % 1000);
  for (std::uint64_t rest = number / 1000; rest > 0; rest /= 1000) {
    numbers.insert(0, "x" + three(rest % 1000) + "/");
  }
  return "tile/" + (entries ? "entries" : std::to_string(level)) + "/" + numbers +
         (width == kTileWidth ? "" : std::string(kPartial) + "/" + std::to_string(width));
}

Result<TilePath> parse_tile_path(std::span<const std::string> segments) {
  if (segments.size() < 2) return no_such_tile();
  TilePath out;
  out.entries = segments[0] == "entries";
  if (!out.entries) {
    KOINON_ASSIGN(const std::uint64_t level, read_small(segments[0], kMaxLevel));
    out.level = static_cast<unsigned>(level);
  }
  std::vector<std::string> groups(segments.begin() + 1, segments.end());
  if (groups.size() >= 2 && groups[groups.size() - 2].ends_with(kPartial)) {
    KOINON_ASSIGN(const std::uint64_t width, read_small(groups.back(), kTileWidth - 1));
    if (width == 0) return no_such_tile();
    out.width = static_cast<unsigned>(width);
    groups.pop_back();
    groups.back().resize(groups.back().size() - kPartial.size());
  }
  KOINON_ASSIGN(out.number, read_number(groups));
  return out;
}

bool tile_exists(const TilePath& path, std::uint64_t size) {
  const std::uint64_t available = size >> (kTileHeight * path.level);  // how many hashes that level has
  return path.number <= available / kTileWidth && path.first() + path.width <= available;
}

}  // namespace koinon
