#include "storage/store/proof_nodes.h"

namespace koinon {
namespace {

constexpr std::size_t kNodes = 4096;  // some hundred KiB

}  // namespace

NodeReader ProofNodes::of(const LogId& log, TreeSize size, const Hash& root, HashTiles& tiles) {
  if (log != log_ || size != size_ || root != root_ || nodes_.size() > kNodes) nodes_.clear();
  log_ = log;
  size_ = size;
  root_ = root;
  return [this, &tiles](TreeNode wanted) -> Result<Hash> {
    const auto known = nodes_.find(wanted);
    if (known != nodes_.end()) return known->second;
    KOINON_ASSIGN(const Hash hash, tiles.node(wanted));
    nodes_.emplace(wanted, hash);
    return hash;
  };
}

}  // namespace koinon
