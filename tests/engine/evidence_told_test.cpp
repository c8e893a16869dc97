// Evidence reaches everybody who follows the log, whatever was lost on the way.
#include <gtest/gtest.h>

#include "tests/engine/forked_city.h"
#include "tests/engine/seeds.h"

namespace koinon::test::evidence_told_test {
namespace {

// A city signs two histories. Milan and Los Angeles pin it, and each holds one of them.
class EvidenceTold : public ForkedCity {
 protected:
  void SetUp() override {
    begin(false);
    part_ways();
    leave();
  }
  // Milan sees both histories.
  void fork() {
    meet();
    ASSERT_TRUE(is_frozen(milan));
  }
  bool is_frozen(const TestNode& node) const {
    return node.engine->log(one.id()) != nullptr && node.engine->log(one.id())->frozen &&
           node.store->evidence(one.id())->size() == 1;
  }

  TestNode& rome = network.add("rome.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, EvidenceTold, seeds(6));

TEST_P(EvidenceTold, ThatASessionLostIsToldInTheNext) {
  milan.vouch(one);
  network.peer(milan, rome);
  SessionId session = network.connect(rome, milan);
  network.drive();
  ASSERT_EQ(rome.holds(one), milan.holds(one));
  network.tamper_frames(session, milan, [](v1::Frame& frame) { return !frame.has_evidence(); });
  fork();
  ASSERT_FALSE(is_frozen(rome));
  network.cut(session);
  network.drive();
  session = network.connect(rome, milan);
  network.drive();
  EXPECT_TRUE(is_frozen(rome)) << "its cursor has passed the row long since";
  EXPECT_TRUE(network.is_open(session));
}

TEST_P(EvidenceTold, ThatCameBeforeTheLogWasFollowedIsToldAgain) {
  network.peer(milan, rome);
  network.connect(rome, milan);
  fork();
  ASSERT_FALSE(rome.follows(one));
  ASSERT_FALSE(is_frozen(rome));
  milan.vouch(one);
  network.drive();
  ASSERT_TRUE(rome.follows(one));
  EXPECT_TRUE(is_frozen(rome)) << "in the same session";
}

// Who finds a fork before it holds anything whole has no row that could tell of it.
TEST_P(EvidenceTold, ThatANewcomerFindsIsToldToBothHalves) {
  network.peer(rome, milan);
  network.peer(rome, la);
  milan.vouch(one);
  la.vouch(one);
  const auto gives_nothing_of_it = [this](v1::Frame& frame) {
    return !frame.has_get() || frame.get().log_id() != one.id().view();
  };
  for (TestNode* half : {&milan, &la})
    network.tamper_frames(network.connect(rome, *half), rome, gives_nothing_of_it);
  network.drive();
  ASSERT_TRUE(is_frozen(rome));
  ASSERT_EQ(rome.holds(one), 0U);
  EXPECT_TRUE(is_frozen(milan));
  EXPECT_TRUE(is_frozen(la));
}

// It takes no more of the log, and so compares nothing of what others have beyond its own.
TEST_P(EvidenceTold, ThatWhoIsFullCannotFindItIsToldByWhoHasMore) {
  EngineConfig few;
  few.log_entries = 4;
  TestNode& lima = network.add("lima.example", few);
  network.peer(lima, one);
  network.peer(lima, la);
  network.connect(lima, one);
  network.connect(la, other);
  other.publish(5);
  network.drive();
  ASSERT_EQ(lima.holds(one), 4U);
  ASSERT_EQ(la.holds(one), 9U);
  network.connect(lima, la);
  network.drive();
  EXPECT_TRUE(is_frozen(la));
  EXPECT_TRUE(is_frozen(lima));
}

}  // namespace
}  // namespace koinon::test::evidence_told_test
