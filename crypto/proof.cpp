#include "crypto/proof.h"

#include <bit>
#include <cassert>
#include <map>

#include "proto/base/limits.h"

namespace koinon {
namespace {

// The hash of the leaves [begin, end); begin is a multiple of the largest power of two below end - begin.
Result<Hash> subtree(std::uint64_t begin, std::uint64_t end, const NodeReader& nodes) {
  const auto parts = cover(begin, end);
  KOINON_ASSIGN(Hash hash, nodes(parts.back()));
  for (std::size_t i = parts.size() - 1; i > 0; --i) {
    KOINON_ASSIGN(const Hash left, nodes(parts[i - 1]));
    hash = node_hash(left, hash);
  }
  return hash;
}

// The largest power of two smaller than n, for n > 1: where RFC 6962 splits a tree.
std::uint64_t split_point(std::uint64_t n) { return std::uint64_t{1} << (std::bit_width(n - 1) - 1); }

Error wrong_length() { return fail(Code::kBadProof, "the proof has the wrong number of hashes", "proof"); }
Error wrong_root() { return fail(Code::kBadProof, "the proof does not lead to the signed root", "proof"); }

// SUBPROOF of RFC 6962 §2.1.2 for the first m of the leaves [begin, end).
Status subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool whole, const NodeReader& nodes,
                HashPath& out) {
  const std::uint64_t n = end - begin;
  if (m == n) {
    if (whole) return {};
    KOINON_ASSIGN(const Hash hash, subtree(begin, end, nodes));
    out.push_back(hash);
    return {};
  }
  const std::uint64_t k = split_point(n);
  if (m <= k) {
    KOINON_TRY(subproof(m, begin, begin + k, whole, nodes, out));
    KOINON_ASSIGN(const Hash hash, subtree(begin + k, end, nodes));
    out.push_back(hash);
    return {};
  }
  KOINON_TRY(subproof(m - k, begin + k, end, false, nodes, out));
  KOINON_ASSIGN(const Hash hash, subtree(begin, begin + k, nodes));
  out.push_back(hash);
  return {};
}

}  // namespace

Result<HashPath> inclusion_proof(EntryIndex index, TreeSize size, const NodeReader& nodes) {
  if (index.value >= size.value)
    return fail(Code::kInvalidArgument, "the entry lies beyond the tree", "index");
  HashPath path;
  std::uint64_t begin = 0;
  std::uint64_t end = size.value;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool left = index.value < middle;
    KOINON_ASSIGN(const Hash sibling, left ? subtree(middle, end, nodes) : subtree(begin, middle, nodes));
    path.push_back(sibling);
    (left ? end : begin) = middle;
  }
  return HashPath(path.rbegin(), path.rend());
}

Status verify_inclusion(EntryIndex index, TreeSize size, const Hash& leaf, const HashPath& path,
                        const Hash& root) {
  if (index.value >= size.value) return fail(Code::kBadProof, "the entry lies beyond the tree", "index");
  std::uint64_t fn = index.value;
  std::uint64_t sn = size.value - 1;
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (sn == 0) return wrong_length();
    if ((fn & 1) != 0 || fn == sn) {
      hash = node_hash(sibling, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return wrong_length();
  if (hash != root) return wrong_root();
  return {};
}

Result<HashPath> consistency_proof(TreeSize first, TreeSize second, const NodeReader& nodes) {
  if (first.value > second.value) {
    return fail(Code::kInvalidArgument, "the first tree is larger than the second", "size");
  }
  HashPath path;
  if (first.value == 0 || first.value == second.value) return path;
  KOINON_TRY(subproof(first.value, 0, second.value, true, nodes, path));
  return path;
}

Status verify_consistency(TreeSize first, TreeSize second, const Hash& first_root, const Hash& second_root,
                          const HashPath& path) {
  if (first.value > second.value) return fail(Code::kBadProof, "the tree became smaller", "size");
  if (first.value == second.value) {
    if (!path.empty()) return wrong_length();
    if (first_root != second_root) return wrong_root();
    return {};
  }
  if (first.value == 0) {
    if (!path.empty()) return wrong_length();
    if (first_root != CompactRange().root()) return wrong_root();
    return {};
  }
  std::size_t next = 0;
  Hash fr = first_root;
  if (!std::has_single_bit(first.value)) {
    if (path.empty()) return wrong_length();
    fr = path[next++];
  }
  Hash sr = fr;
  std::uint64_t fn = first.value - 1;
  std::uint64_t sn = second.value - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  for (; next < path.size(); ++next) {
    if (sn == 0) return wrong_length();
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(path[next], fr);
      sr = node_hash(path[next], sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, path[next]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return wrong_length();
  if (fr != first_root || sr != second_root) return wrong_root();
  return {};
}

Result<RunProof> run_proof(EntryIndex from, std::uint64_t count, TreeSize size, const NodeReader& nodes) {
  if (from.value > size.value || count > size.value - from.value) {
    return fail(Code::kInvalidArgument, "the run does not lie within the tree", "from");
  }
  RunProof proof;
  for (const auto node : cover(0, from.value)) {
    KOINON_ASSIGN(const Hash hash, nodes(node));
    proof.left.push_back(hash);
  }
  for (const auto node : cover(from.value + count, size.value)) {
    KOINON_ASSIGN(const Hash hash, nodes(node));
    proof.right.push_back(hash);
  }
  return proof;
}

Result<CompactRange> verify_run(EntryIndex from, const std::vector<Hash>& leaves, TreeSize size,
                                const RunProof& proof, const Hash& root) {
  if (leaves.empty() || from.value >= size.value || leaves.size() > size.value - from.value) {
    return fail(Code::kBadProof, "the run does not lie within the tree", "from");
  }
  auto range = CompactRange::from(TreeSize(from.value), proof.left);
  if (!range.ok()) return wrong_length();
  for (const Hash& leaf : leaves) range->append(leaf);
  const auto nodes = cover(range->size().value, size.value);
  if (nodes.size() != proof.right.size()) return wrong_length();
  CompactRange whole = *range;
  for (std::size_t i = 0; i < nodes.size(); ++i) whole.append_node(nodes[i].level, proof.right[i]);
  if (whole.root() != root) return wrong_root();
  return std::move(*range);
}

Result<Hash> verify_prefix(TreeSize at, TreeSize size, const RunProof& proof, const Hash& root) {
  if (at > size) return fail(Code::kBadProof, "the prefix is longer than the tree", "at");
  const auto range = CompactRange::from(at, proof.left);
  const auto nodes = cover(at.value, size.value);
  if (!range.ok() || nodes.size() != proof.right.size()) return wrong_length();
  CompactRange whole = *range;
  for (std::size_t i = 0; i < nodes.size(); ++i) whole.append_node(nodes[i].level, proof.right[i]);
  if (whole.root() != root) return wrong_root();
  return range->root();
}

namespace {

using KnownNodes = std::map<TreeNode, Hash>;

void learn(KnownNodes& known, std::uint64_t begin, std::uint64_t end, const std::vector<Hash>& hashes) {
  const auto nodes = cover(begin, end);
  for (std::size_t i = 0; i < nodes.size() && i < hashes.size(); ++i) known.emplace(nodes[i], hashes[i]);
}

Hash hash_from(const KnownNodes& known, TreeNode node) {
  const auto it = known.find(node);
  if (it != known.end()) return it->second;
  assert(node.level > 0);
  return node_hash(hash_from(known, {node.level - 1, node.index * 2}),
                   hash_from(known, {node.level - 1, node.index * 2 + 1}));
}

std::vector<Hash> cover_hashes(const KnownNodes& known, std::uint64_t begin, std::uint64_t end) {
  std::vector<Hash> out;
  for (const auto node : cover(begin, end)) out.push_back(hash_from(known, node));
  return out;
}

}  // namespace

std::vector<Hash> prefix_right(EntryIndex from, const std::vector<Hash>& leaves, TreeSize size,
                               const std::vector<Hash>& right) {
  KnownNodes known;
  for (std::size_t i = 0; i < leaves.size(); ++i) known.emplace(TreeNode{0, from.value + i}, leaves[i]);
  learn(known, from.value + leaves.size(), size.value, right);
  return cover_hashes(known, from.value, size.value);
}

std::vector<Hash> join_right(TreeSize at, TreeSize held, TreeSize size, const std::vector<Hash>& inner,
                             const std::vector<Hash>& outer) {
  KnownNodes known;
  learn(known, at.value, held.value, inner);
  learn(known, held.value, size.value, outer);
  return cover_hashes(known, at.value, size.value);
}

Bytes pack_hashes(const std::vector<Hash>& hashes) {
  Bytes out;
  out.reserve(hashes.size() * Hash::kSize);
  for (const Hash& hash : hashes) out += hash.view();
  return out;
}

Result<std::vector<Hash>> unpack_hashes(BytesView bytes, std::string_view field) {
  if (bytes.size() % Hash::kSize != 0 || bytes.size() > limits::kProofHashes * Hash::kSize) {
    return fail(Code::kMalformed, "it is not a list of at most 64 hashes", std::string(field));
  }
  std::vector<Hash> out;
  out.reserve(bytes.size() / Hash::kSize);
  for (std::size_t at = 0; at < bytes.size(); at += Hash::kSize) out.push_back(Hash::from(bytes.substr(at)));
  return out;
}

}  // namespace koinon
