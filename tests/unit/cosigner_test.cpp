// When our city cosigns, and under which key and name.
#include "node/publishing/cosigner.h"

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"

namespace koinon::test::cosigner_test {
namespace {

class CosignerTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  SigningKey first = SigningKey::from_seed(Bytes(32, 'c'));
  SigningKey second = SigningKey::from_seed(Bytes(32, 'd'));
  OwnKeys keys{OwnKeys::Keys{
      {first, SealingSecret::from_seed(Bytes(32, 's')).public_key(), SigningKey::from_seed(Bytes(32, 'n'))}}};
  LogId own = LogId::from(Bytes(32, 'o'));
  Cosigner cosigner{own, "la.example/koinon/abc", keys};
  Checkpoint checkpoint{"seoul.example/koinon/def", TreeSize(4), Hash::from(Bytes(32, 'h'))};
};

TEST_F(CosignerTest, SignsUnderItsLogsNameWithTheKeyThatItsLogNames) {
  cosigner.set_named(first.public_key());
  const auto line = cosigner.sign(checkpoint, {1'700'000'000'999}, std::nullopt);
  ASSERT_TRUE(line.ok()) << line.error().text();
  EXPECT_EQ(line->city, own);
  EXPECT_EQ(line->seconds, 1'700'000'000U);
  const VKey vkey{"la.example/koinon/abc", SignatureType::kCosignatureV1, first.public_key()};
  const auto at = verify_cosignature({checkpoint.text(), {line->signature}}, vkey);
  ASSERT_TRUE(at.ok()) << at.error().text();
  EXPECT_EQ(*at, 1'700'000'000U);
}

TEST_F(CosignerTest, WaitsWhileTheNodeMayNotSign) {
  cosigner.set_named(first.public_key());
  const SigningWait waits{fail(Code::kUnavailable, "peers are asked", "signing")};
  const auto line = cosigner.sign(checkpoint, {1'000}, waits);
  ASSERT_FALSE(line.ok());
  EXPECT_EQ(line.error().code, Code::kUnavailable);
}

TEST_F(CosignerTest, WaitsUntilItsLogNamesTheKeyThatItHas) {
  EXPECT_FALSE(cosigner.sign(checkpoint, {1'000}, std::nullopt).ok()) << "it is not known what the log names";
  cosigner.set_named(second.public_key());
  keys.set_next_cosigner(second);
  const auto waits = cosigner.sign(checkpoint, {1'000}, std::nullopt);
  ASSERT_FALSE(waits.ok()) << "the next key is not in its place yet";
  EXPECT_EQ(waits.error().code, Code::kUnavailable);
  keys.take_next_cosigner();
  EXPECT_TRUE(cosigner.sign(checkpoint, {1'000}, std::nullopt).ok());
}

}  // namespace
}  // namespace koinon::test::cosigner_test
