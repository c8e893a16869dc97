// The Merkle tree against the vectors of the certificate-transparency reference code (the eight-leaf tree),
// against RFC 6962's own recursive definitions, and as properties.
#include "crypto/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/hash.h"
#include "crypto/proof.h"
#include "proto/base/encoding.h"

namespace koinon::merkle_test {
namespace {

Hash hex(std::string_view text) { return Hash::from(*from_hex(text)); }

const std::vector<Bytes>& reference_leaves() {
  static const std::vector<Bytes> kLeaves = {*from_hex(""),
                                             *from_hex("00"),
                                             *from_hex("10"),
                                             *from_hex("2021"),
                                             *from_hex("3031"),
                                             *from_hex("40414243"),
                                             *from_hex("5051525354555657"),
                                             *from_hex("606162636465666768696a6b6c6d6e6f")};
  return kLeaves;
}

const std::vector<std::vector<std::string>> kReferenceNodes = {
    {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
     "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
     "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
     "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
     "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
     "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
     "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
     "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1"},
    {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
     "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
     "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"},
    {"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
     "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"},
    {"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};

const std::vector<std::string> kReferenceRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Hash> hashes_of(const std::vector<Bytes>& leaves) {
  std::vector<Hash> out;
  for (const Bytes& leaf : leaves) out.push_back(leaf_hash(leaf));
  return out;
}

std::vector<Hash> numbered_leaves(std::uint64_t count) {
  std::vector<Hash> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(leaf_hash(std::to_string(i)));
  return out;
}

NodeReader reader_of(const std::vector<Hash>& leaves) {
  return [leaves](TreeNode node) -> Result<Hash> {
    CompactRange range;
    const std::uint64_t begin = node.index << node.level;
    const std::uint64_t end = begin + (std::uint64_t{1} << node.level);
    if (end > leaves.size()) return fail(Code::kNotFound, "beyond the tree");
    for (std::uint64_t i = begin; i < end; ++i) range.append(leaves[i]);
    return range.root();
  };
}

// RFC 6962 §2.1 word for word, sharing nothing with the code under test but the two hash functions.
using Leaves = std::vector<Hash>;
std::size_t split(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
Leaves part(const Leaves& d, std::size_t from, std::size_t to) {
  return {d.begin() + static_cast<long>(from), d.begin() + static_cast<long>(to)};
}
Hash mth(const Leaves& d) {
  if (d.empty()) return sha256("");
  if (d.size() == 1) return d[0];
  const auto k = split(d.size());
  return node_hash(mth(part(d, 0, k)), mth(part(d, k, d.size())));
}
HashPath path(std::size_t m, const Leaves& d) {
  if (d.size() == 1) return {};
  const auto k = split(d.size());
  HashPath out = m < k ? path(m, part(d, 0, k)) : path(m - k, part(d, k, d.size()));
  out.push_back(m < k ? mth(part(d, k, d.size())) : mth(part(d, 0, k)));
  return out;
}
HashPath subproof(std::size_t m, const Leaves& d, bool whole) {
  if (m == d.size()) return whole ? HashPath{} : HashPath{mth(d)};
  const auto k = split(d.size());
  HashPath out = m <= k ? subproof(m, part(d, 0, k), whole) : subproof(m - k, part(d, k, d.size()), false);
  out.push_back(m <= k ? mth(part(d, k, d.size())) : mth(part(d, 0, k)));
  return out;
}

TEST(Rfc6962, EveryNodeOfTheReferenceTree) {
  const auto nodes = reader_of(hashes_of(reference_leaves()));
  for (unsigned level = 0; level < kReferenceNodes.size(); ++level) {
    for (std::uint64_t index = 0; index < kReferenceNodes[level].size(); ++index) {
      EXPECT_EQ(*nodes({level, index}), hex(kReferenceNodes[level][index]));
    }
  }
}

TEST(Rfc6962, EveryRootOfTheReferenceTree) {
  CompactRange range;
  EXPECT_EQ(range.root(), hex(kReferenceRoots[0]));
  for (std::size_t i = 0; i < 8; ++i) {
    range.append(leaf_hash(reference_leaves()[i]));
    EXPECT_EQ(range.root(), hex(kReferenceRoots[i + 1]));
  }
}

TEST(Rfc6962, EveryInclusionProofOfTheReferenceTree) {
  const auto leaves = hashes_of(reference_leaves());
  for (std::uint64_t size = 1; size <= 8; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(EntryIndex(index), TreeSize(size), reader_of(leaves));
      ASSERT_TRUE(proof.ok());
      EXPECT_EQ(*proof, path(index, part(leaves, 0, size)));
      EXPECT_TRUE(verify_inclusion(EntryIndex(index), TreeSize(size), leaves[index], *proof,
                                   hex(kReferenceRoots[size]))
                      .ok());
    }
  }
}

TEST(Rfc6962, EveryConsistencyProofOfTheReferenceTree) {
  const auto leaves = hashes_of(reference_leaves());
  for (std::uint64_t second = 1; second <= 8; ++second) {
    for (std::uint64_t first = 1; first <= second; ++first) {
      const auto proof = consistency_proof(TreeSize(first), TreeSize(second), reader_of(leaves));
      ASSERT_TRUE(proof.ok());
      EXPECT_EQ(*proof, subproof(first, part(leaves, 0, second), true));
      EXPECT_TRUE(verify_consistency(TreeSize(first), TreeSize(second), hex(kReferenceRoots[first]),
                                     hex(kReferenceRoots[second]), *proof)
                      .ok());
    }
  }
}

RC_GTEST_PROP(Inclusion, OnlyTheRightProofVerifies, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 200);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
  const auto leaves = numbered_leaves(size);
  auto proof = *inclusion_proof(EntryIndex(index), TreeSize(size), reader_of(leaves));
  const Hash root = mth(leaves);
  RC_ASSERT(verify_inclusion(EntryIndex(index), TreeSize(size), leaves[index], proof, root).ok());
  RC_ASSERT(!verify_inclusion(EntryIndex(index), TreeSize(size), leaf_hash("other"), proof, root).ok());
  RC_ASSERT(!verify_inclusion(EntryIndex(index ^ 1), TreeSize(size), leaves[index], proof, root).ok() ||
            size == 1);
  if (proof.empty()) return;
  const auto at = *rc::gen::inRange<std::size_t>(0, proof.size());
  proof[at].data[*rc::gen::inRange<std::size_t>(0, 32)] ^= 1;
  RC_ASSERT(!verify_inclusion(EntryIndex(index), TreeSize(size), leaves[index], proof, root).ok());
  proof.pop_back();
  RC_ASSERT(!verify_inclusion(EntryIndex(index), TreeSize(size), leaves[index], proof, root).ok());
}

RC_GTEST_PROP(Consistency, OnlyTheRightProofVerifies, ()) {
  const auto second = *rc::gen::inRange<std::uint64_t>(1, 200);
  const auto first = *rc::gen::inRange<std::uint64_t>(1, second + 1);
  const auto leaves = numbered_leaves(second);
  auto proof = *consistency_proof(TreeSize(first), TreeSize(second), reader_of(leaves));
  const Hash old_root = mth(part(leaves, 0, first));
  const Hash new_root = mth(leaves);
  RC_ASSERT(verify_consistency(TreeSize(first), TreeSize(second), old_root, new_root, proof).ok());
  RC_ASSERT(!verify_consistency(TreeSize(first), TreeSize(second), leaf_hash("x"), new_root, proof).ok());
  RC_ASSERT(!verify_consistency(TreeSize(first), TreeSize(second), old_root, leaf_hash("x"), proof).ok());
  if (proof.empty()) return;
  proof[*rc::gen::inRange<std::size_t>(0, proof.size())].data[0] ^= 1;
  RC_ASSERT(!verify_consistency(TreeSize(first), TreeSize(second), old_root, new_root, proof).ok());
}

RC_GTEST_PROP(Run, OnlyTheRightRunVerifiesAndTheNextContinuesIt, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 200);
  const auto from = *rc::gen::inRange<std::uint64_t>(0, size);
  const auto count = *rc::gen::inRange<std::uint64_t>(1, size - from + 1);
  const auto leaves = numbered_leaves(size);
  const Hash root = mth(leaves);
  auto run = part(leaves, from, from + count);
  auto proof = *run_proof(EntryIndex(from), count, TreeSize(size), reader_of(leaves));
  const auto after = verify_run(EntryIndex(from), run, TreeSize(size), proof, root);
  RC_ASSERT(after.ok());
  RC_ASSERT(after->size().value == from + count);
  RC_ASSERT(after->root() == mth(part(leaves, 0, from + count)));
  RC_ASSERT(prefix_right(EntryIndex(from), run, TreeSize(size), proof.right) ==
            run_proof(EntryIndex(from), 0, TreeSize(size), reader_of(leaves))->right);
  run[*rc::gen::inRange<std::size_t>(0, run.size())].data[5] ^= 1;
  RC_ASSERT(!verify_run(EntryIndex(from), run, TreeSize(size), proof, root).ok());
}

RC_GTEST_PROP(Prefix, JoinedHashesAreThoseOfTheWholeTree, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 200);
  const auto held = *rc::gen::inRange<std::uint64_t>(1, size + 1);
  const auto at = *rc::gen::inRange<std::uint64_t>(1, held + 1);
  const auto nodes = reader_of(numbered_leaves(size));
  const auto inner = run_proof(EntryIndex(at), 0, TreeSize(held), nodes)->right;
  const auto outer = run_proof(EntryIndex(held), 0, TreeSize(size), nodes)->right;
  const auto whole = run_proof(EntryIndex(at), 0, TreeSize(size), nodes);
  RC_ASSERT(join_right(TreeSize(at), TreeSize(held), TreeSize(size), inner, outer) == whole->right);
  RC_ASSERT(*verify_prefix(TreeSize(at), TreeSize(size), *whole, mth(numbered_leaves(size))) ==
            mth(numbered_leaves(at)));
}

}  // namespace
}  // namespace koinon::merkle_test
