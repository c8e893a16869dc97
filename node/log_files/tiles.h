// The paths of C2SP tlog-tiles. Monitors outside read a log by them: tile/L/N[.p/W] for hashes,
// tile/entries/N[.p/W] for entries. Pure.
#pragma once

#include <span>
#include <string>

#include "proto/base/result.h"

namespace koinon {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 256;  // hashes or entries of a full tile

struct TilePath {
  bool entries = false;
  unsigned level = 0;  // the level of the tile; 0 for entries
  std::uint64_t number = 0;
  unsigned width = kTileWidth;  // a partial tile has a smaller one

  // It covers the positions [first, first + width) of its level.
  std::uint64_t first() const { return number * kTileWidth; }
  std::string text() const;  // tile/0/x001/234.p/7
};

// Reads the segments after `tile`. kNotFound: the path is not written in its canonical form.
Result<TilePath> parse_tile_path(std::span<const std::string> segments);

// Whether a log of `size` entries has this tile.
bool tile_exists(const TilePath& path, std::uint64_t size);

}  // namespace koinon
