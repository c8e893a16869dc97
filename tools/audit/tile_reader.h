// Reads the tree of one signed head from the tiles of its log, and believes nothing that does not lead to
// that head's root.
//
// The partial tiles on the right edge of the tree give all the hashes that its root is made of. So they are
// read first, and are right if the root is. Each full tile has its own root as one hash of a tile above it,
// up to the edge. One tile a level is kept: memory is bounded, whatever the size of the log.
//
// C2SP tlog-tiles, "Merkle Tree" and "Partial Tiles". One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "tools/audit/log_source.h"

namespace koinon::audit {

class TileReader {
 public:
  // `folder`: stands before all paths; empty, or ends in a slash. The source must live longer.
  TileReader(LogSource& source, std::string folder, const Checkpoint& head)
      : source_(source), folder_(std::move(folder)), size_(head.size.value), root_(head.root) {}

  // All functions: kBadProof: what the log serves does not lead to its signed root, or its form is wrong; it
  // was asked limits::kAuditAsks times. kNotFound, kUnavailable: the log did not serve what its head covers.

  // Reads the edge. First of all, once.
  Status open();
  // The compact range of the first entries, `size` of them. O(levels) tiles.
  Result<CompactRange> prefix(TreeSize size);
  // The hash of a perfect subtree that lies in the tree.
  Result<Hash> node(TreeNode node);
  // Reads the bundle with this number, and checks that each of its entries hashes to its leaf.
  Status check_entries(std::uint64_t number);

 private:
  struct Kept {
    std::uint64_t number = 0;
    std::vector<Hash> hashes;
  };
  Status read_edge();
  Result<std::vector<Hash>> fetch_hashes(unsigned level, std::uint64_t number, unsigned width);
  Result<std::vector<Hash>> fetch_full(unsigned level, std::uint64_t number, const Hash& root);
  // The file of the width that the tree has there, else the full one, which the log may have in its place.
  // `width` becomes that of the file.
  Result<Bytes> fetch(bool entries, unsigned level, std::uint64_t number, unsigned& width);
  Result<std::vector<Hash>> tile(unsigned level, std::uint64_t number);
  Status compare_entries(std::uint64_t number, const std::vector<Hash>& leaves);
  unsigned width_of(unsigned level, std::uint64_t number) const;

  LogSource& source_;
  std::string folder_;
  std::uint64_t size_;
  Hash root_;
  std::map<unsigned, Kept> edge_;  // by level
  std::map<unsigned, Kept> kept_;  // full tiles that were checked, the last of each level
};

}  // namespace koinon::audit
