#include "crypto/merkle.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "crypto/hash.h"

namespace koinon {

Hash leaf_hash(BytesView entry) { return sha256({BytesView("\x00", 1), entry}); }
Hash node_hash(const Hash& left, const Hash& right) {
  return sha256({BytesView("\x01", 1), left.view(), right.view()});
}

std::vector<TreeNode> cover(std::uint64_t begin, std::uint64_t end) {
  std::vector<TreeNode> nodes;
  while (begin < end) {
    const auto room = static_cast<unsigned>(std::bit_width(end - begin) - 1);
    const auto level = begin == 0 ? room : std::min(room, static_cast<unsigned>(std::countr_zero(begin)));
    nodes.push_back({level, begin >> level});
    begin += std::uint64_t{1} << level;
  }
  return nodes;
}

Result<CompactRange> CompactRange::from(TreeSize size, std::vector<Hash> hashes) {
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size.value))) {
    return fail(Code::kMalformed, "the number of hashes does not fit the size", "left");
  }
  CompactRange range;
  range.size_ = size;
  range.hashes_ = std::move(hashes);
  return range;
}

void CompactRange::append_node(unsigned level, Hash hash) {
  assert((size_.value & ((std::uint64_t{1} << level) - 1)) == 0);
  for (std::uint64_t above = size_.value >> level; (above & 1) != 0; above >>= 1) {
    hash = node_hash(hashes_.back(), hash);
    hashes_.pop_back();
  }
  hashes_.push_back(hash);
  size_.value += std::uint64_t{1} << level;
}

Hash CompactRange::root() const {
  if (hashes_.empty()) return sha256(BytesView());
  Hash root = hashes_.back();
  for (std::size_t i = hashes_.size() - 1; i > 0; --i) root = node_hash(hashes_[i - 1], root);
  return root;
}

}  // namespace koinon
