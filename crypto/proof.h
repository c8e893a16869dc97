// Merkle proofs and their verifiers: inclusion and consistency (RFC 6962 §2.1.1-2, verified as RFC 9162
// §2.1.3.2 and §2.1.4.2 say), and the run proof that a chunk carries.
#pragma once

#include <vector>

#include "crypto/merkle.h"

namespace koinon {

using HashPath = std::vector<Hash>;

Result<HashPath> inclusion_proof(EntryIndex index, TreeSize size, const NodeReader& nodes);
Status verify_inclusion(EntryIndex index, TreeSize size, const Hash& leaf, const HashPath& path,
                        const Hash& root);

Result<HashPath> consistency_proof(TreeSize first, TreeSize second, const NodeReader& nodes);
Status verify_consistency(TreeSize first, TreeSize second, const Hash& first_root, const Hash& second_root,
                          const HashPath& path);

// Proves that a run of leaves [from, from + n) belongs to the tree of a given size and root. It has the
// hashes of cover(0, from) on the left of the run, and of cover(from + n, size) on its right.
struct RunProof {
  std::vector<Hash> left;
  std::vector<Hash> right;
};
// A run of no leaves (count 0) proves the value of the prefix [0, from).
Result<RunProof> run_proof(EntryIndex from, std::uint64_t count, TreeSize size, const NodeReader& nodes);

// Checks the run and returns the compact range of [0, from + leaves). The next run begins with it. Requires
// at least one leaf.
Result<CompactRange> verify_run(EntryIndex from, const std::vector<Hash>& leaves, TreeSize size,
                                const RunProof& proof, const Hash& root);

// Checks a run of no leaves, and returns the root of the prefix [0, at). The run proves that this prefix
// belongs to the tree of that size and root.
Result<Hash> verify_prefix(TreeSize at, TreeSize size, const RunProof& proof, const Hash& root);

// Makes the hashes of cover(from, size) out of a run's leaves and proof. They prove the prefix before the
// run. Requires a run that verify_run accepted.
std::vector<Hash> prefix_right(EntryIndex from, const std::vector<Hash>& leaves, TreeSize size,
                               const std::vector<Hash>& right);

// Makes the hashes of cover(at, size) out of those of cover(at, held) and of cover(held, size). Requires at
// <= held <= size and the right number of hashes in both.
std::vector<Hash> join_right(TreeSize at, TreeSize held, TreeSize size, const std::vector<Hash>& inner,
                             const std::vector<Hash>& outer);

// Hashes as they travel: 32 bytes each, one after the other.
Bytes pack_hashes(const std::vector<Hash>& hashes);
Result<std::vector<Hash>> unpack_hashes(BytesView bytes, std::string_view field);

}  // namespace koinon
