// The proof that anyone can check: with any byte of entry, proof or checkpoint changed it does not verify.
#include <gtest/gtest.h>

#include "crypto/identity.h"
#include "crypto/tlog_proof.h"
#include "proto/base/encoding.h"

namespace koinon::proof_file_test {
namespace {

class ProofFile : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    std::vector<Hash> leaves;
    CompactRange range;
    for (int i = 0; i < 11; ++i) {
      leaves.push_back(leaf_hash("entry " + std::to_string(i)));
      range.append(leaves.back());
    }
    const Checkpoint checkpoint{identity.origin(), range.size(), range.root()};
    proof.checkpoint = sign_checkpoint(checkpoint, key);
    proof.extra = "entry 6";
    proof.index = EntryIndex(6);
    proof.path = *inclusion_proof(EntryIndex(6), range.size(), [&](TreeNode node) -> Result<Hash> {
      CompactRange part;
      for (std::uint64_t i = node.index << node.level; i < (node.index + 1) << node.level; ++i)
        part.append(leaves[i]);
      return part.root();
    });
  }
  SigningKey key = SigningKey::from_seed(Bytes(32, 'k'));
  LogIdentity identity{"seoul.example", key.public_key(), key.public_key()};
  TlogProof proof;
};

TEST_F(ProofFile, IsReadBackAndVerifies) {
  const auto parsed = parse_tlog_proof(proof.encode());
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  EXPECT_EQ(parsed->encode(), proof.encode());
  const auto checkpoint = verify_tlog_proof(*parsed, identity.vkey());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().text();
  EXPECT_EQ(checkpoint->size, TreeSize(11));
}

TEST_F(ProofFile, WithAnyByteChangedItDoesNot) {
  const Bytes good = proof.encode();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int flip : {0x01, 0x20, 0x80}) {
      Bytes changed = good;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      const auto parsed = parse_tlog_proof(changed);
      EXPECT_FALSE(parsed.ok() && verify_tlog_proof(*parsed, identity.vkey()).ok()) << "byte " << i;
    }
  }
}

TEST_F(ProofFile, WithAnyByteMissingOrDoubledItDoesNot) {
  const Bytes good = proof.encode();
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes shorter = good;
    shorter.erase(i, 1);
    const auto parsed = parse_tlog_proof(shorter);
    EXPECT_FALSE(parsed.ok() && verify_tlog_proof(*parsed, identity.vkey()).ok()) << "without byte " << i;
  }
  const auto longer = parse_tlog_proof(good + "x");
  EXPECT_FALSE(longer.ok() && verify_tlog_proof(*longer, identity.vkey()).ok());
}

TEST_F(ProofFile, AnotherCitysKeyDoesNotVerifyIt) {
  const SigningKey other = SigningKey::from_seed(Bytes(32, 'o'));
  const LogIdentity stranger{"seoul.example", other.public_key(), other.public_key()};
  EXPECT_FALSE(verify_tlog_proof(proof, stranger.vkey()).ok());
}

TEST_F(ProofFile, TheExampleOfC2spParses) {
  const auto parsed = parse_tlog_proof(
      "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6\nindex 73894\n"
      "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\nB95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\n"
      "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n\u2014 "
      "example.com/fancylog AAAAAAAAAAAA\n");
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  EXPECT_EQ(parsed->index, EntryIndex(73894));
  EXPECT_EQ(parsed->path.size(), 2U);
}

}  // namespace
}  // namespace koinon::proof_file_test
