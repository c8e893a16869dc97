#include "tools/audit/tile_reader.h"

#include <algorithm>

#include "node/log_files/tiles.h"
#include "proto/base/limits.h"
#include "tools/audit/entry_bundle.h"

namespace koinon::audit {
namespace {

// Levels of tiles that a tree of so many entries has.
unsigned tile_levels(std::uint64_t size) {
  unsigned out = 0;
  for (; size > 0; size >>= kTileHeight) ++out;
  return out;
}

std::string path_of(bool entries, unsigned level, std::uint64_t number, unsigned width) {
  return TilePath{entries, level, number, width}.text();
}

Error wrong_file(const std::string& path, const std::string& why) {
  return fail(Code::kBadProof, "what the log serves as " + path + " is wrong: " + why, "tile");
}

Hash root_of(const std::vector<Hash>& hashes) {
  CompactRange range;
  for (const Hash& hash : hashes) range.append(hash);
  return range.root();
}

// A line may have changed what came, and then another answer is right. One that stays wrong is the log's.
template <typename Once>
auto asked_again(LogSource& source, const Once& once) {
  for (unsigned tries = 1;; ++tries) {
    auto got = once();
    if (got.ok() || got.error().code != Code::kBadProof || tries == limits::kAuditAsks) return got;
    source.wait(tries);
  }
}

}  // namespace

unsigned TileReader::width_of(unsigned level, std::uint64_t number) const {
  const std::uint64_t available = size_ >> (kTileHeight * level);
  return static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, available - number * kTileWidth));
}

Status TileReader::open() {
  return asked_again(source_, [this] { return read_edge(); });
}

Status TileReader::read_edge() {
  edge_.clear();
  CompactRange range;
  for (unsigned level = tile_levels(size_); level-- > 0;) {
    const std::uint64_t available = size_ >> (kTileHeight * level);
    const auto width = static_cast<unsigned>(available % kTileWidth);
    if (width == 0) continue;
    Kept& kept = edge_[level];
    kept.number = available / kTileWidth;
    KOINON_ASSIGN(kept.hashes, fetch_hashes(level, kept.number, width));
    for (const Hash& hash : kept.hashes) range.append_node(kTileHeight * level, hash);
  }
  if (range.root() != root_)
    return fail(Code::kBadProof, "the tiles that the log serves do not lead to the root that it signed",
                "tile");
  return {};
}

Result<Bytes> TileReader::fetch(bool entries, unsigned level, std::uint64_t number, unsigned& width) {
  const auto get = [&](unsigned of_width) {
    const std::size_t most = entries ? bundle_bytes(of_width) : of_width * Hash::kSize;
    const std::string path = path_of(entries, level, number, of_width);
    auto got = source_.get(folder_ + path, most);
    if (!got.ok() && got.error().code == Code::kTooLarge)
      return Result<Bytes>(wrong_file(path, "it is larger than it can be"));
    return got;
  };
  auto got = get(width);
  if (got.ok() || got.error().code != Code::kNotFound || width == kTileWidth) return got;
  // A log may delete a partial tile once it has the full one.
  auto full = get(kTileWidth);
  if (!full.ok() && full.error().code == Code::kNotFound) return got;
  width = kTileWidth;
  return full;
}

Result<std::vector<Hash>> TileReader::fetch_hashes(unsigned level, std::uint64_t number, unsigned width) {
  unsigned served = width;
  KOINON_ASSIGN(const Bytes bytes, fetch(false, level, number, served));
  if (bytes.size() != served * Hash::kSize)
    return wrong_file(path_of(false, level, number, served), "it has " + std::to_string(bytes.size()) +
                                                                 " bytes in place of " +
                                                                 std::to_string(served * Hash::kSize));
  std::vector<Hash> out;
  for (unsigned i = 0; i < width; ++i)
    out.push_back(Hash::from(BytesView(bytes).substr(i * Hash::kSize, Hash::kSize)));
  return out;
}

Result<std::vector<Hash>> TileReader::fetch_full(unsigned level, std::uint64_t number, const Hash& root) {
  KOINON_ASSIGN(auto hashes, fetch_hashes(level, number, kTileWidth));
  if (root_of(hashes) != root)
    return wrong_file(path_of(false, level, number, kTileWidth),
                      "its hashes do not lead to the root that the log signed");
  return hashes;
}

// As deep as the tree has levels of tiles: five.
Result<std::vector<Hash>> TileReader::tile(unsigned level, std::uint64_t number) {
  if (width_of(level, number) < kTileWidth) return edge_[level].hashes;
  const auto kept = kept_.find(level);
  if (kept != kept_.end() && kept->second.number == number) return kept->second.hashes;
  KOINON_ASSIGN(const auto above, tile(level + 1, number / kTileWidth));
  const Hash root = above[number % kTileWidth];
  KOINON_ASSIGN(auto hashes, asked_again(source_, [&] { return fetch_full(level, number, root); }));
  kept_[level] = {number, hashes};
  return hashes;
}

Result<CompactRange> TileReader::prefix(TreeSize size) {
  CompactRange range;
  for (unsigned level = tile_levels(size.value); level-- > 0;) {
    const std::uint64_t available = size.value >> (kTileHeight * level);
    const std::uint64_t width = available % kTileWidth;
    if (width == 0) continue;
    KOINON_ASSIGN(const auto hashes, tile(level, available / kTileWidth));
    for (std::uint64_t i = 0; i < width; ++i) range.append_node(kTileHeight * level, hashes[i]);
  }
  return range;
}

Result<Hash> TileReader::node(TreeNode node) {
  const unsigned level = node.level / kTileHeight;
  const unsigned height = node.level % kTileHeight;
  const std::uint64_t first = node.index << height;
  KOINON_ASSIGN(const auto hashes, tile(level, first / kTileWidth));
  CompactRange range;
  for (unsigned i = 0; i < 1U << height; ++i) range.append(hashes[first % kTileWidth + i]);
  return range.root();
}

Status TileReader::check_entries(std::uint64_t number) {
  KOINON_ASSIGN(const auto leaves, tile(0, number));
  return asked_again(source_, [&] { return compare_entries(number, leaves); });
}

Status TileReader::compare_entries(std::uint64_t number, const std::vector<Hash>& leaves) {
  auto width = static_cast<unsigned>(leaves.size());
  KOINON_ASSIGN(const Bytes bundle, fetch(true, 0, number, width));
  const std::string path = path_of(true, 0, number, width);
  const auto entries = parse_entry_bundle(bundle, width);
  if (!entries.ok()) return wrong_file(path, entries.error().message);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (leaf_hash((*entries)[i]) != leaves[i])
      return wrong_file(
          path, "entry " + std::to_string(number * kTileWidth + i) + " is not the one that the log signed");
  }
  return {};
}

}  // namespace koinon::audit
