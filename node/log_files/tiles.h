// The paths of C2SP tlog-tiles, by which outside monitors read a log: tile/L/N[.p/W] for hashes,
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
  unsigned level = 0;  // of tiles; 0 with entries
  std::uint64_t number = 0;
  unsigned width = kTileWidth;  // less: a partial tile

  // What it covers: positions [first, first + width) of its level.
  std::uint64_t first() const { return number * kTileWidth; }
  std::string text() const;  // tile/0/x001/234.p/7
};

// The segments after `tile`. Only the one canonical spelling of a path is taken; kNotFound for any other.
Result<TilePath> parse_tile_path(std::span<const std::string> segments);

// Whether a log of so many entries has this tile.
bool tile_exists(const TilePath& path, std::uint64_t size);

}  // namespace koinon
