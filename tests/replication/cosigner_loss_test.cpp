// When a cosigner key counts as lost, and when the loss ends.
#include "node/replication/cosigner_loss.h"

#include "crypto/identity.h"
#include "proto/base/encoding.h"
#include "storage/memory/memory_store.h"
#include "storage/store/settings.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test::cosigner_loss_test {
namespace {

SigningKey seeded(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }

class CosignerLossTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    change([this] { return store.set_own_log(city.id()); });
    Draft genesis;
    genesis.entry = make_genesis(city.identity(), seeded('a'), sealing, seeded('n'), {1});
    ASSERT_TRUE(publish(store, city, genesis).ok());
  }
  template <class Change>
  void change(const Change& what) {
    ASSERT_TRUE(store.begin(true).ok());
    ASSERT_TRUE(what().ok());
    ASSERT_TRUE(store.commit().ok());
  }
  void lose() {
    change([this] { return store.set_setting(kCosignerLost, "1"); });
  }
  void note(char key) {
    change([&] { return note_replacement(store, seeded(key).public_key()); });
  }
  // The log names this cosigner key.
  void name(char key) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(city.id(), seeded(key), sealing, seeded('n'));
    ASSERT_TRUE(publish(store, city, draft).ok());
  }
  bool ends() {
    EXPECT_TRUE(store.begin(true).ok());
    const auto ended = end_cosigner_loss(store);
    EXPECT_TRUE(store.commit().ok());
    return ended.ok() && *ended;
  }
  CosignerStanding standing() { return *cosigner_standing(store); }
  bool starts_lost(const StandingConfig& config) { return *starts_with_lost_cosigner(store, config); }

  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  OwnLog city = test_log();
  MemoryStore store{{}};
};

TEST_F(CosignerLossTest, ANodeThatWasNeverPutBackHasLostNothing) {
  EXPECT_EQ(standing(), CosignerStanding::kGood);
  EXPECT_FALSE(starts_lost({}));
  note('b');
  EXPECT_EQ(standing(), CosignerStanding::kGood) << "a key that its operator replaces is not lost";
}

TEST_F(CosignerLossTest, ARollbackThatIsNewsCountsBeforeTheStoreSaysSo) {
  StandingConfig behind;
  behind.mark = MarkSays::kBehind;
  EXPECT_TRUE(starts_lost(behind));
  StandingConfig restored;
  restored.restored = true;
  EXPECT_TRUE(starts_lost(restored));
  restored.rolled_back_at = {1'000};  // of before: the setting says what came of it
  EXPECT_FALSE(starts_lost(restored));
}

TEST_F(CosignerLossTest, ItLastsUntilTheLogNamesTheKeyThatWasNoted) {
  lose();
  EXPECT_EQ(standing(), CosignerStanding::kLost);
  name('b');
  EXPECT_EQ(standing(), CosignerStanding::kLost) << "a key that came back with the copy may be used already";
  EXPECT_FALSE(ends());
  note('c');
  EXPECT_EQ(standing(), CosignerStanding::kLost);
  EXPECT_FALSE(ends());
  name('c');
  EXPECT_EQ(standing(), CosignerStanding::kReplaced);
  EXPECT_TRUE(starts_lost({})) << "the loss is to be ended";
  EXPECT_TRUE(ends());
  EXPECT_EQ(standing(), CosignerStanding::kGood);
  EXPECT_FALSE(starts_lost({}));
}

TEST_F(CosignerLossTest, AnotherRollbackMeanwhileNeedsOneMoreKey) {
  lose();
  note('b');
  lose();
  name('b');
  EXPECT_EQ(standing(), CosignerStanding::kLost);
  EXPECT_FALSE(ends());
  note('c');
  name('c');
  EXPECT_TRUE(ends());
}

// No time is compared: a log that is taken back may name the key of before again, and the clock may be wrong.
TEST_F(CosignerLossTest, AnEarlierReplacementEndsNoLaterLoss) {
  lose();
  note('b');
  name('b');
  ASSERT_TRUE(ends());
  lose();
  EXPECT_EQ(standing(), CosignerStanding::kLost);
  EXPECT_FALSE(ends());
}

TEST_F(CosignerLossTest, ALogOfWhichNothingIsHeldNamesNoKey) {
  MemoryStore empty{{}};
  ASSERT_TRUE(empty.begin(true).ok());
  ASSERT_TRUE(empty.set_own_log(city.id()).ok());
  ASSERT_TRUE(empty.set_setting(kCosignerLost, to_hex(seeded('b').public_key().view())).ok());
  ASSERT_TRUE(empty.commit().ok());
  EXPECT_EQ(*cosigner_standing(empty), CosignerStanding::kLost);
}

}  // namespace
}  // namespace koinon::test::cosigner_loss_test
