// Which witnesses are shown of a head that proves an entry, and when they signed.
#include "node/reading/cosigned_view.h"

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"

namespace koinon::test::cosigned_view_test {
namespace {

class WitnessesShown : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  static NoteSignature line(const std::string& name, std::uint64_t seconds) {
    return cosign(Checkpoint{"seoul.example/koinon/x", TreeSize(5), Hash()}.text(), name,
                  SigningKey::from_seed(std::string(32, 'w')), seconds);
  }
};

TEST_F(WitnessesShown, EachHasItsNameAndTheTimeThatItStates) {
  ProvingHead head;
  EXPECT_TRUE(head.witness_signers().empty());
  head.witnesses = {line("witness.example/w1", 1'778'112'000), line("second.example/w", 1'778'112'001)};
  const std::vector<WitnessSigner> shown = head.witness_signers();
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].name, "witness.example/w1");
  EXPECT_EQ(shown[0].seconds, 1'778'112'000U);
  EXPECT_EQ(signed_at(shown[0]), UnixMillis{1'778'112'000'000});
  EXPECT_EQ(shown[1].name, "second.example/w");
  EXPECT_EQ(shown[1].seconds, 1'778'112'001U);
}

TEST_F(WitnessesShown, WhoseTimeCannotBeReadIsLeftOut) {
  NoteSignature cut = line("cut.example", 7);
  cut.signature.pop_back();
  NoteSignature longer = line("longer.example", 7);
  longer.signature += 'x';
  NoteSignature bare = line("bare.example", 7);
  bare.signature.clear();
  ProvingHead head;
  head.witnesses = {cut, line("beyond.example", std::uint64_t{1} << 63), line("good.example", 7), longer,
                    bare};
  const std::vector<WitnessSigner> shown = head.witness_signers();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].name, "good.example");
}

TEST_F(WitnessesShown, ATimeBeyondTheYear9999IsCutThere) {
  ProvingHead head;
  head.witnesses = {line("far.example", (std::uint64_t{1} << 63) - 1)};
  const std::vector<WitnessSigner> shown = head.witness_signers();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(signed_at(shown[0]), UnixMillis{253'402'300'799'000});
}

}  // namespace
}  // namespace koinon::test::cosigned_view_test
