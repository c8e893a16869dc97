// How soon a fork is known: two halves of a network that hold two histories of a log know it with their first
// words, and with the next announcement whoever follows the log is told.
#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "proto/base/limits.h"
#include "tests/engine/forked_city.h"
#include "tests/engine/seeds.h"

namespace koinon::test::forks_told_test {
namespace {

class ForksTold : public ForkedCity {
 protected:
  // Two nodes with the same keys; each tells its history to one half: to one city, and through it to another.
  void SetUp() override {
    network.peer(milan, lima);
    network.peer(la, rome);
    lima.vouch(one);
    rome.vouch(one);
    network.connect(lima, milan);
    network.connect(rome, la);
    begin();
  }
  // Time passes as it does for a daemon: what is under way takes none. Network::drive would wait for timers.
  void pass(MonoTime time) {
    constexpr MonoTime kPart = std::chrono::milliseconds(50);
    while (network.step()) continue;
    for (MonoTime gone{}; gone < time; gone += kPart) {
      network.pass(kPart);
      for (TestNode* node : {&one, &other, &milan, &la, &lima, &rome}) node->engine->on_tick(node->now);
      while (network.step()) continue;
    }
  }
  void expect_frozen(const TestNode& node) {
    EXPECT_TRUE(node.engine->log(one.id())->frozen) << node.name;
    const auto held = node.store->log_state(one.id());
    EXPECT_TRUE(held.ok() && held->frozen) << node.name;
    const auto evidence = node.store->evidence(one.id());
    ASSERT_TRUE(evidence.ok() && evidence->size() == 1) << node.name;
    v1::Evidence message;
    ASSERT_TRUE(message.ParseFromString(evidence->front().bytes));
    EXPECT_TRUE(verify_evidence(message).ok()) << node.name;
  }
  TestNode& lima = network.add("lima.example");
  TestNode& rome = network.add("rome.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, ForksTold, seeds(6));

constexpr MonoTime kOneAnnouncement = limits::kAnnounceDelay + std::chrono::seconds(1);

TEST_P(ForksTold, WithinOneAnnouncementWhereTwoHalvesMeet) {
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  network.drive();
  ASSERT_EQ(lima.holds(one), milan.holds(one));
  ASSERT_EQ(rome.holds(one), la.holds(one));
  network.connect(milan, la);
  pass(kOneAnnouncement);
  for (TestNode* node : {&milan, &la, &lima, &rome, &one, &other}) expect_frozen(*node);
}

TEST_P(ForksTold, WithinOneAnnouncementWhereTheHistoriesHaveTwoSizes) {
  one.publish(2, "health/testing");
  other.publish(7, "climate/heat");
  network.drive();
  network.connect(la, milan);
  pass(kOneAnnouncement);
  for (TestNode* node : {&milan, &la, &lima, &rome, &one, &other}) expect_frozen(*node);
}

// Neither half has said anything of it when they meet; then each is told what the other's city goes on with.
TEST_P(ForksTold, WithinTwoAnnouncementsWhereTheyAreConnectedAlready) {
  network.connect(milan, la);
  network.drive();
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  pass(2 * kOneAnnouncement);
  for (TestNode* node : {&milan, &la, &lima, &rome, &one, &other}) expect_frozen(*node);
}

}  // namespace
}  // namespace koinon::test::forks_told_test
