// The mark of a simulated machine is written when the daemon's is (tests/unit/signing_mark_test.cpp).
#include "tools/sim/machine_mark.h"

#include "storage/memory/memory_store.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test {
namespace {

class MachineMarkTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    sign();
  }
  void sign() {
    ASSERT_TRUE(publish(store, city, note("Note " + std::to_string(++notes))).ok());
    mark.after_commit(store, city.id());
  }
  // The process ends between the mark and the commit.
  void end_before_commit() { mark.before_commit(store, *store.log_state(city.id())); }
  MarkSays says_at_next_start() { return mark.start(store, city.id()); }

  OwnLog city = test_log();
  MemoryStore store{{}};
  sim::MachineMark mark;
  int notes = 0;
};

TEST_F(MachineMarkTest, AgreesAfterARestartAndAfterAKill) {
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  end_before_commit();
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(MachineMarkTest, WhoWasAskingWhenItEndedAsksAgain) {
  mark.ask_anew();
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  mark.ask_anew();
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  mark.after_commit(store, city.id());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(MachineMarkTest, OfWhoWasAskingProvesAnOlderStoreStill) {
  store.keep_copy();
  sign();
  mark.ask_anew();
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(MachineMarkTest, ThatDidNotAgreeNamesNothingUntilItIsWrittenAnew) {
  store.keep_copy();
  sign();
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
  end_before_commit();
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  sign();
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

}  // namespace
}  // namespace koinon::test
