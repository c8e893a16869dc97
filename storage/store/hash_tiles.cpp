#include "storage/store/hash_tiles.h"

#include <algorithm>

namespace koinon {
namespace {
constexpr unsigned kTileHeight = 8;
constexpr std::uint64_t kTileWidth = HashTiles::kWidth;
static_assert(kTileWidth == 1U << kTileHeight);
constexpr unsigned kTileLevels = 5;  // of the largest log

Hash hash_at(BytesView tile, std::uint64_t position) {
  return Hash::from(tile.substr(position * Hash::kSize));
}

// The root of 2^level hashes of a tile, from the hash `begin` on.
Hash fold(BytesView tile, std::uint64_t begin, unsigned level) {
  CompactRange range;
  for (std::uint64_t i = 0; i < (std::uint64_t{1} << level); ++i) range.append(hash_at(tile, begin + i));
  return range.root();
}
}  // namespace

std::int64_t HashTiles::tile_id(unsigned tile_level, std::uint64_t number) const {
  return (log_ << 36) | (static_cast<std::int64_t>(tile_level) << 33) | static_cast<std::int64_t>(number);
}

Result<Bytes> HashTiles::load(unsigned tile_level, std::uint64_t number) {
  const auto id = tile_id(tile_level, number);
  const auto cached = cache_.find(id);
  if (cached != cache_.end()) return cached->second;
  auto select = db_.prepare("SELECT hashes FROM tile WHERE id = ?");
  select.bind(id);
  KOINON_ASSIGN(const bool found, select.step());
  Bytes tile = found ? Bytes(select.blob(0)) : Bytes();
  cache_.emplace(id, tile);
  return tile;
}

Status HashTiles::append(TreeSize size, const std::vector<Hash>& leaves) {
  return append_level(0, size.value, leaves);
}

Status HashTiles::append_level(unsigned tile_level, std::uint64_t count_before,
                               const std::vector<Hash>& hashes) {
  std::vector<Hash> full;  // the roots of the tiles that are now full
  std::size_t next = 0;
  std::uint64_t count = count_before;
  while (next < hashes.size()) {
    const std::uint64_t number = count / kTileWidth;
    const std::uint64_t used = count % kTileWidth;
    KOINON_ASSIGN(Bytes tile, used == 0 ? Result<Bytes>(Bytes()) : load(tile_level, number));
    tile.resize(used * Hash::kSize);
    const std::size_t take = std::min<std::size_t>(kTileWidth - used, hashes.size() - next);
    for (std::size_t i = 0; i < take; ++i) tile += hashes[next + i].view();
    auto put = db_.prepare(
        "INSERT INTO tile (id, hashes) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET hashes = "
        "excluded.hashes");
    KOINON_TRY(put.bind(tile_id(tile_level, number)).bind_blob(tile).run());
    if (used + take == kTileWidth) full.push_back(fold(tile, 0, kTileHeight));
    cache_[tile_id(tile_level, number)] = std::move(tile);
    next += take;
    count += take;
  }
  if (full.empty()) return {};
  return append_level(tile_level + 1, count_before / kTileWidth, full);
}

Status HashTiles::truncate(TreeSize size) {
  cache_.clear();
  std::uint64_t count = size.value;
  for (unsigned level = 0; level < kTileLevels; ++level, count /= kTileWidth) {
    const std::uint64_t used = count % kTileWidth;
    const std::uint64_t whole = count / kTileWidth;
    auto remove = db_.prepare("DELETE FROM tile WHERE id >= ? AND id < ?");
    KOINON_TRY(remove.bind(tile_id(level, whole + (used > 0 ? 1 : 0))).bind(tile_id(level + 1, 0)).run());
    if (used == 0) continue;
    auto cut = db_.prepare("UPDATE tile SET hashes = substr(hashes, 1, CAST(? AS INTEGER)) WHERE id = ?");
    KOINON_TRY(cut.bind(static_cast<std::int64_t>(used * Hash::kSize)).bind(tile_id(level, whole)).run());
  }
  return {};
}

Result<Hash> HashTiles::node(TreeNode node) {
  const unsigned tile_level = node.level / kTileHeight;
  const unsigned inner = node.level % kTileHeight;
  const std::uint64_t first = node.index << inner;
  KOINON_ASSIGN(const Bytes tile, load(tile_level, first / kTileWidth));
  const std::uint64_t begin = first % kTileWidth;
  if ((begin + (std::uint64_t{1} << inner)) * Hash::kSize > tile.size()) {
    return fail(Code::kNotFound, "the tree is not held up to there", "tile");
  }
  return fold(tile, begin, inner);
}

}  // namespace koinon
