// The Merkle tree of RFC 6962 §2.1 over SHA-256: the hashes of leaves and nodes, and the compact range. A
// compact range is the roots of the perfect subtrees that cover a prefix, the largest first (transparency-dev
// "compact ranges").
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

Hash leaf_hash(BytesView entry);                      // SHA-256(0x00 || entry)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)

// A perfect subtree: the 2^level leaves from index * 2^level.
struct TreeNode {
  unsigned level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TreeNode&) const = default;
};

// Reads the hash of a perfect subtree.
using NodeReader = std::function<Result<Hash>(TreeNode)>;

// The perfect subtrees that cover [begin, end), from left to right. O(log end) of them.
std::vector<TreeNode> cover(std::uint64_t begin, std::uint64_t end);

class CompactRange {
 public:
  CompactRange() = default;
  // Takes the hashes of cover(0, size). There must be as many hashes as size has one bits.
  static Result<CompactRange> from(TreeSize size, std::vector<Hash> hashes);

  TreeSize size() const { return size_; }
  const std::vector<Hash>& hashes() const { return hashes_; }
  // O(log n), amortised O(1).
  void append(const Hash& leaf) { append_node(0, leaf); }
  // Appends a perfect subtree of 2^level leaves; size() must be a multiple of 2^level.
  void append_node(unsigned level, Hash hash);
  // The root as RFC 6962 defines it. The root of an empty tree is the SHA-256 of no bytes.
  Hash root() const;

  bool operator==(const CompactRange&) const = default;

 private:
  TreeSize size_;
  std::vector<Hash> hashes_;
};

}  // namespace koinon
