// The Merkle tree's hashes on disk, as C2SP tlog-tiles lays them out: tiles of up to 256 hashes, level 0 the
// leaf hashes, each level above the roots of full tiles below. 32.1 bytes an entry; any perfect subtree is
// recomputed from at most 255 hashes of one tile.
#pragma once

#include <map>

#include "crypto/merkle.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

class HashTiles {
 public:
  HashTiles(sqlite::Connection& db, std::int64_t log_number) : db_(db), log_(log_number) {}

  // Appends the leaf hashes at `size`, the size held so far.
  Status append(TreeSize size, const std::vector<Hash>& leaves);
  Result<Hash> node(TreeNode node);
  NodeReader reader() {
    return [this](TreeNode wanted) { return node(wanted); };
  }

 private:
  Status append_level(unsigned tile_level, std::uint64_t count_before, const std::vector<Hash>& hashes);
  Result<Bytes> load(unsigned tile_level, std::uint64_t number);
  std::int64_t tile_id(unsigned tile_level, std::uint64_t number) const;

  sqlite::Connection& db_;
  std::int64_t log_;
  std::map<std::int64_t, Bytes> cache_;  // of this object's life: one proof or one append
};

}  // namespace koinon
