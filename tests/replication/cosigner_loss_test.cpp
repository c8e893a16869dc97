// When a cosigner key counts as lost, and when the loss ends.
#include "node/replication/cosigner_loss.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/store/settings.h"

namespace koinon::test {
namespace {

class CosignerLossTest : public testing::Test {
 protected:
  void set(std::string_view name, BytesView value) {
    ASSERT_TRUE(store.begin(true).ok());
    ASSERT_TRUE(store.set_setting(name, value).ok());
    ASSERT_TRUE(store.commit().ok());
  }
  bool ends(const CosignerLoss& loss) {
    EXPECT_TRUE(store.begin(true).ok());
    const auto ended = end_cosigner_loss(store, loss);
    EXPECT_TRUE(store.commit().ok());
    return ended.ok() && *ended;
  }
  bool starts_lost(const StandingConfig& standing) { return *starts_with_lost_cosigner(store, standing); }

  MemoryStore store{{}};
};

TEST_F(CosignerLossTest, ANodeThatWasNeverPutBackHasLostNothing) {
  EXPECT_FALSE(*cosigner_loss(store));
  EXPECT_FALSE(starts_lost({}));
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

TEST_F(CosignerLossTest, ItLastsUntilTheLogNamesAnotherKey) {
  set(kCosignerLost, "1");
  EXPECT_TRUE(starts_lost({}));
  const auto loss = *cosigner_loss(store);
  ASSERT_TRUE(loss);
  EXPECT_TRUE(ends(*loss));
  EXPECT_FALSE(*cosigner_loss(store));
  EXPECT_FALSE(starts_lost({}));
}

TEST_F(CosignerLossTest, AnotherRollbackMeanwhileNeedsOneMoreKey) {
  set(kRolledBackAt, "1000");
  set(kCosignerLost, "1");
  const auto loss = *cosigner_loss(store);
  ASSERT_TRUE(loss);
  set(kRolledBackAt, "2000");
  EXPECT_FALSE(ends(*loss));
  const auto next = *cosigner_loss(store);
  ASSERT_TRUE(next);
  EXPECT_TRUE(ends(*next));
}

}  // namespace
}  // namespace koinon::test
