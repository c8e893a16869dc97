// Nodes of the tree that was asked about last: whoever fetches a log in many runs is given proofs against one
// head, which have most of their hashes in common.
//
// They are kept under the root of that tree. So they are right whatever becomes of the log meanwhile: two
// trees with one root have the same nodes. Belongs to the thread of its store.
#pragma once

#include <map>

#include "storage/store/hash_tiles.h"

namespace koinon {

class ProofNodes {
 public:
  // Reads nodes of the tree of `size` entries with this root. Good as long as `tiles` is.
  NodeReader of(const LogId& log, TreeSize size, const Hash& root, HashTiles& tiles);

 private:
  LogId log_;
  TreeSize size_;
  Hash root_;
  std::map<TreeNode, Hash> nodes_;
};

}  // namespace koinon
