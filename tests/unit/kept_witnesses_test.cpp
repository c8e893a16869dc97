// Which heads are kept with the lines of witnesses.
#include "node/reading/kept_witnesses.h"

#include <gtest/gtest.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::test::kept_witnesses_test {
namespace {

constexpr const char* kOrigin = "seoul.example/koinon/x";

SigningKey key_of(char seed) { return SigningKey::from_seed(std::string(32, seed)); }

class Witnessed : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  static Checkpoint checkpoint(std::uint64_t size, const std::string& origin = kOrigin) {
    Hash root;
    root.data.fill(static_cast<unsigned char>(size));
    return {origin, TreeSize(size), root};
  }
  static Bytes note(const Checkpoint& of) { return sign_checkpoint(of, key_of('l')); }
  static NoteSignature line(const Checkpoint& of, char witness, std::uint64_t time = 1) {
    return cosign(of.text(), std::string("witness.example/") + witness, key_of(witness), time);
  }
  void add(std::uint64_t size, const std::string& witnesses) {
    const Checkpoint of = checkpoint(size);
    std::vector<NoteSignature> lines;
    for (const char one : witnesses) lines.push_back(line(of, one));
    ASSERT_TRUE(kept_.add(note(of), lines).ok());
  }
  std::vector<std::uint64_t> sizes() const {
    std::vector<std::uint64_t> out;
    for (const auto& head : kept_.heads()) out.push_back(head.checkpoint.size.value);
    return out;
  }

  KeptWitnesses kept_;
};

TEST_F(Witnessed, AHeadHasOneLineOfEachKeyTheNewest) {
  const Checkpoint of = checkpoint(5);
  ASSERT_TRUE(kept_.add(note(of), {line(of, 'a', 1), line(of, 'b', 1)}).ok());
  ASSERT_TRUE(kept_.add(note(of), {line(of, 'a', 2)}).ok());
  const auto lines = kept_.lines_for(TreeSize(5), of.root);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines.front().line(), line(of, 'a', 2).line());
  EXPECT_TRUE(kept_.lines_for(TreeSize(5), Hash()).empty()) << "another root";
  EXPECT_TRUE(kept_.lines_for(TreeSize(6), of.root).empty());
}

TEST_F(Witnessed, TheWitnessedNoteVerifiesByTheLogAndByEachWitness) {
  add(5, "ab");
  const auto opened = parse_note(kept_.heads().front().witnessed_note());
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(verify_note(*opened, {kOrigin, SignatureType::kEd25519, key_of('l').public_key()}).ok());
  for (const char witness : {'a', 'b'}) {
    const VKey key{std::string("witness.example/") + witness, SignatureType::kCosignatureV1,
                   key_of(witness).public_key()};
    EXPECT_TRUE(verify_cosignature(*opened, key).ok()) << witness;
  }
}

TEST_F(Witnessed, OfTooManyTheBestAndTheNewestStay) {
  add(1, "abc");
  for (std::uint64_t size = 2; size < 30; ++size) add(size, "a");
  EXPECT_EQ(sizes(), (std::vector<std::uint64_t>{1, 23, 24, 25, 26, 27, 28, 29}));
  static_assert(limits::kWitnessedHeads == 8);
}

TEST_F(Witnessed, ARecoveryLeavesNothingOfTheOriginBefore) {
  add(5, "ab");
  const Checkpoint later = checkpoint(3, "seoul.example/koinon/x/1");
  ASSERT_TRUE(kept_.add(note(later), {line(later, 'a')}).ok());
  EXPECT_EQ(sizes(), std::vector<std::uint64_t>{3});
}

TEST_F(Witnessed, ItComesBackAsItWasKept) {
  add(5, "ab");
  add(9, "c");
  const auto back = KeptWitnesses::decode(kept_.encode());
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->heads().size(), 2U);
  EXPECT_EQ(back->encode(), kept_.encode());
  EXPECT_EQ(back->lines_for(TreeSize(9), checkpoint(9).root).size(), 1U);
  EXPECT_TRUE(KeptWitnesses::decode("")->heads().empty());
}

TEST_F(Witnessed, WhatIsDamagedIsRefused) {
  add(5, "ab");
  const Bytes whole = kept_.encode();
  for (std::size_t cut = 1; cut < whole.size(); ++cut)
    EXPECT_FALSE(KeptWitnesses::decode(BytesView(whole).substr(0, cut)).ok()) << cut;
  Bytes many;
  for (std::size_t i = 0; i <= limits::kWitnessedHeads; ++i) many += whole;
  EXPECT_FALSE(KeptWitnesses::decode(many).ok());
  EXPECT_FALSE(KeptWitnesses::decode(Bytes("\xff\xff\xff\xff", 4)).ok());
  EXPECT_FALSE(KeptWitnesses::decode(Bytes(limits::kWitnessedBytes + 1, '\0')).ok());
}

TEST_F(Witnessed, LinesOfKeysThatAreNotNamedAnyMoreGo) {
  add(5, "ab");
  add(6, "b");
  const VKey named{"witness.example/a", SignatureType::kCosignatureV1, key_of('a').public_key()};
  EXPECT_EQ(kept_.newest_of(kOrigin, {named}), TreeSize(5));
  kept_.keep_only({named});
  EXPECT_EQ(sizes(), std::vector<std::uint64_t>{5});
  EXPECT_EQ(kept_.heads().front().lines.size(), 1U);
  EXPECT_EQ(kept_.newest_of("another", {named}), TreeSize(0));
}

}  // namespace
}  // namespace koinon::test::kept_witnesses_test
