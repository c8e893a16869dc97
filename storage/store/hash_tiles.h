// The Merkle tree's hashes on disk, laid out as C2SP tlog-tiles says: in tiles of up to 256 hashes. Level 0
// has the leaf hashes. Each higher level has the roots of the full tiles below it. It takes 32.1 bytes an
// entry. The root of any perfect subtree is computed from the hashes of one tile.
#pragma once

#include <map>

#include "crypto/merkle.h"
#include "storage/sql/connection.h"

namespace koinon {

class HashTiles {
 public:
  static constexpr std::uint64_t kWidth = 256;  // hashes of a full tile

  HashTiles(sql::Connection& db, std::int64_t log_number) : db_(db), log_(log_number) {}

  // Appends the leaf hashes at `size`, the size held so far.
  Status append(TreeSize size, const std::vector<Hash>& leaves);
  // Forgets what stands beyond `size`.
  Status truncate(TreeSize size);
  Result<Hash> node(TreeNode node);
  NodeReader reader() {
    return [this](TreeNode wanted) { return node(wanted); };
  }

 private:
  Status append_level(unsigned tile_level, std::uint64_t count_before, const std::vector<Hash>& hashes);
  Result<Bytes> load(unsigned tile_level, std::uint64_t number);
  std::int64_t tile_id(unsigned tile_level, std::uint64_t number) const;

  sql::Connection& db_;
  std::int64_t log_;
  std::map<std::int64_t, Bytes> cache_;  // kept as long as this object, which serves one proof or one append
};

}  // namespace koinon
