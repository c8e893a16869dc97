#include "tools/site/log_copies.h"

#include <algorithm>
#include <utility>

#include "proto/base/encoding.h"

namespace koinon::site_export {
namespace {

constexpr std::size_t kLogsAtOnce = 500;

// "tile/0/x001/234.p/7" behind the folder of its log.
Address below(const Address& folder, const std::string& path) {
  Address out = folder;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    out.path.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// The second line of a checkpoint.
Result<std::uint64_t> size_of(const std::string& checkpoint) {
  const auto first = checkpoint.find('\n');
  const auto second = checkpoint.find('\n', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos) return fail(Code::kInternal, "a checkpoint has no size");
  return parse_decimal(checkpoint.substr(first + 1, second - first - 1));
}

void add_level(bool entries, unsigned level, std::uint64_t before, std::uint64_t count,
               std::vector<TilePath>& out) {
  for (std::uint64_t number = before / kTileWidth; number < count / kTileWidth; ++number)
    out.push_back({entries, level, number, kTileWidth});
  const auto width = static_cast<unsigned>(count % kTileWidth);
  if (width > 0 && count > before) out.push_back({entries, level, count / kTileWidth, width});
}

bool is_among(const std::vector<TilePath>& tiles, const std::string& text) {
  return std::any_of(tiles.begin(), tiles.end(), [&](const TilePath& tile) { return tile.text() == text; });
}

}  // namespace

std::vector<TilePath> new_tiles(std::uint64_t before, std::uint64_t size) {
  std::vector<TilePath> out;
  add_level(true, 0, before, size, out);
  for (unsigned level = 0; size >> (kTileHeight * level) > 0; ++level) {
    add_level(false, level, before >> (kTileHeight * level), size >> (kTileHeight * level), out);
    if (kTileHeight * (level + 1) >= 64) break;
  }
  return out;
}

std::vector<TilePath> partial_tiles(std::uint64_t size) {
  std::vector<TilePath> out = new_tiles(0, size);
  out.erase(
      std::remove_if(out.begin(), out.end(), [](const TilePath& tile) { return tile.width == kTileWidth; }),
      out.end());
  return out;
}

Status LogCopies::read_heads() {
  std::optional<LogState> last;
  while (true) {
    KOINON_ASSIGN(const auto states, node_.store().logs_after(last, kLogsAtOnce));
    for (const LogState& state : states) KOINON_TRY(read_head(state));
    if (states.size() < kLogsAtOnce) return {};
    last = states.back();
  }
}

Status LogCopies::read_head(const LogState& state) {
  if (!state.whole) return {};
  Head head;
  head.log = state.id;
  head.folder = Address{{"log", to_text(state.id)}, {}, {}};
  head.keys_address = below(head.folder, "keys");
  if (const auto recoveries = state.keys.recoveries(); recoveries > 0)
    head.folder.path.push_back(std::to_string(recoveries));
  HttpResponse checkpoint = node_.get(below(head.folder, "checkpoint"), "en");
  HttpResponse keys = node_.get(head.keys_address, "en");
  if (checkpoint.status >= 500 || keys.status >= 500)
    return fail(Code::kUnavailable, "the head of a log cannot be read", to_text(state.id));
  if (checkpoint.status != 200 || keys.status != 200) return {};
  KOINON_ASSIGN(head.size, size_of(checkpoint.body));
  head.checkpoint = std::move(checkpoint.body);
  head.keys = std::move(keys.body);
  heads_.push_back(std::move(head));
  return {};
}

Result<LogCopies::Written> LogCopies::written(const Head& head) {
  KOINON_ASSIGN(const auto note, files_.note("log " + head.folder.path_text()));
  Written out;
  if (!note) return out;
  const auto blank = note->find(' ');
  const auto before = parse_decimal(note->substr(0, blank));
  const auto last = parse_decimal(blank == std::string::npos ? "" : note->substr(blank + 1));
  if (before.ok() && last.ok()) out = {*before, *last};
  return out;
}

Status LogCopies::note_written(const Head& head, const Written& written) {
  return files_.set_note("log " + head.folder.path_text(),
                         std::to_string(written.before) + " " + std::to_string(written.last));
}

Status LogCopies::write_tiles(bool whole) {
  for (const Head& head : heads_) {
    KOINON_ASSIGN(const Written before, written(head));
    const std::uint64_t from = whole || before.last > head.size ? 0 : before.last;
    for (const TilePath& tile : new_tiles(from, head.size)) {
      const Address address = below(head.folder, tile.text());
      const HttpResponse bytes = node_.get(address, "en");
      if (bytes.status != 200)
        return fail(Code::kUnavailable, "a tile cannot be read: " + bytes.body, address.text());
      KOINON_TRY(files_.put_shared(address.path_text(), bytes.body));
    }
  }
  return {};
}

Status LogCopies::write_heads() {
  for (const Head& head : heads_) KOINON_TRY(files_.put_shared(head.keys_address.path_text(), head.keys));
  for (const Head& head : heads_) {
    KOINON_TRY(files_.put_shared(below(head.folder, "checkpoint").path_text(), head.checkpoint));
    KOINON_ASSIGN(const Written before, written(head));
    if (before.last == head.size) continue;
    const auto needed = partial_tiles(head.size);
    const auto kept = partial_tiles(before.last);
    for (const TilePath& tile : partial_tiles(before.before)) {
      const std::string text = tile.text();
      if (!is_among(needed, text) && !is_among(kept, text))
        KOINON_TRY(files_.remove(below(head.folder, text).path_text()));
    }
    KOINON_TRY(note_written(head, {before.last, head.size}));
  }
  return {};
}

}  // namespace koinon::site_export
