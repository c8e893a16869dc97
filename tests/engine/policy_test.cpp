// Policy in the life of a node: vouches that go, blocks, the grace time, and what comes back.
#include <algorithm>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::policy_test {
namespace {

class Policy : public testing::TestWithParam<unsigned> {
 protected:
  Policy() {
    network.peer(a, b);
    network.peer(b, c);
    b.vouch(a);
    network.connect(a, b);
    session = network.connect(c, b);
    a.publish(3);
    network.drive();
  }
  Network network{GetParam()};
  EngineConfig short_grace = [] {
    EngineConfig config;
    config.grace = std::chrono::hours(1);
    return config;
  }();
  TestNode& a = network.add("a.example");
  TestNode& b = network.add("b.example");
  TestNode& c = network.add("c.example", short_grace);
  SessionId session;
};
INSTANTIATE_TEST_SUITE_P(Seeds, Policy, seeds(4));

TEST_P(Policy, AWithdrawnVouchEndsFollowingAndAfterTheGraceTimeTheDataGo) {
  ASSERT_EQ(c.holds(a), 4U);
  b.vouch(a, true);
  network.drive();
  EXPECT_FALSE(c.follows(a));
  EXPECT_EQ(c.events_of(Event::Kind::kDistrusted).size(), 1U);
  a.publish(1);
  network.drive();
  EXPECT_EQ(b.holds(a), 5U);
  EXPECT_EQ(c.holds(a), 4U) << "no longer followed, still readable";
  network.pass(std::chrono::minutes(50));
  network.advance(std::chrono::minutes(11));
  const auto removed = c.events_of(Event::Kind::kRemoved);
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].size, TreeSize(4)) << "counted";
  EXPECT_FALSE(c.store->log_state(a.id()).ok());
  // And back: everything comes again.
  network.cut(session);
  b.vouch(a);
  network.connect(c, b);
  network.drive();
  EXPECT_EQ(c.holds(a), 5U);
}

// What is said of a log, as it was said last; none: nothing.
std::optional<NameClaim> claim_of(const std::vector<NameClaim>& claims, const TestNode& node) {
  std::optional<NameClaim> out;
  for (const NameClaim& claim : claims) {
    if (claim.log == node.id()) out = claim;
  }
  return out;
}

TEST_P(Policy, WhoHasWhichNameIsToldAsTrustChanges) {
  const auto begun = c.engine->take_claims();
  ASSERT_TRUE(claim_of(begun, a) && claim_of(begun, b) && claim_of(begun, c));
  EXPECT_EQ(claim_of(begun, c)->rank, 0U);
  EXPECT_EQ(claim_of(begun, b)->rank, 1U);
  EXPECT_EQ(claim_of(begun, a)->rank, 3U);
  EXPECT_EQ(claim_of(begun, a)->name, "a.example");
  a.publish(3);
  network.drive();
  EXPECT_TRUE(c.engine->take_claims().empty()) << "nothing of it changed";
  b.vouch(a, true);
  network.drive();
  const auto after = c.engine->take_claims();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].log, a.id());
  EXPECT_FALSE(after[0].rank) << "out of policy";
  c.restart();
  const auto again = c.engine->take_claims();
  EXPECT_EQ(claim_of(again, b)->rank, 1U);
  EXPECT_EQ(claim_of(again, b)->name, "b.example");
  EXPECT_FALSE(claim_of(again, a) && claim_of(again, a)->rank);
}

TEST_P(Policy, APeerIsCalledWhatItsLineSaysAndAVouchedCityNothingUntilItsLogIsHere) {
  TestNode& pinned = network.add("d.example");
  TestNode& vouched = network.add("e.example");
  network.peer(c, pinned);
  b.vouch(vouched);
  network.drive();
  network.advance(std::chrono::seconds(2));
  ASSERT_TRUE(c.follows(pinned) && c.follows(vouched));
  const auto claims = c.engine->take_claims();
  EXPECT_EQ(claim_of(claims, pinned)->name, "d.example");
  EXPECT_EQ(claim_of(claims, pinned)->rank, 1U);
  EXPECT_EQ(claim_of(claims, vouched)->name, "") << "its name is one city's word";
  network.peer(b, vouched);
  network.connect(b, vouched);
  network.drive();
  const auto proven = c.engine->take_claims();
  ASSERT_TRUE(claim_of(proven, vouched));
  EXPECT_EQ(claim_of(proven, vouched)->name, "e.example");
  EXPECT_EQ(claim_of(proven, vouched)->rank, 3U);
}

// Whoever is off for a month, or whose clock jumps by a year, has looked after nothing in that time.
TEST_P(Policy, TheGraceTimeCountsOnlyWhatTheNodeRan) {
  b.vouch(a, true);
  network.drive();
  ASSERT_FALSE(c.follows(a));
  network.pass(std::chrono::minutes(40));
  network.advance(std::chrono::seconds(1));
  network.cut(session);
  network.drive();
  c.now.wall.value += std::chrono::milliseconds(std::chrono::hours(24 * 31)).count();
  c.restart();
  network.drive();
  EXPECT_EQ(c.holds(a), 4U) << "a month in which the node was off is no grace";
  c.now.wall.value += std::chrono::milliseconds(std::chrono::hours(24 * 365)).count();
  network.pass(std::chrono::minutes(10));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.holds(a), 4U) << "nor is a clock that jumps by a year";
  c.now.wall.value -= std::chrono::milliseconds(std::chrono::hours(24 * 730)).count();
  network.pass(std::chrono::minutes(9));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.holds(a), 4U) << "59 minutes of an hour";
  network.pass(std::chrono::minutes(11));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.events_of(Event::Kind::kRemoved).size(), 1U) << "what ran before the restart counts as well";
  EXPECT_FALSE(c.store->log_state(a.id()).ok());
}

TEST_P(Policy, ACrashOnlyMakesTheGraceTimeLonger) {
  network.pass(std::chrono::hours(24 * 2));
  network.advance(std::chrono::seconds(1));
  b.vouch(a, true);
  network.drive();
  ASSERT_FALSE(c.follows(a));
  network.cut(session);
  network.drive();
  c.restart();  // how long it ran by then was written with the beginning of the grace
  network.pass(std::chrono::minutes(50));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.holds(a), 4U);
  network.pass(std::chrono::minutes(15));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.events_of(Event::Kind::kRemoved).size(), 1U) << "not longer by the days before it";
}

TEST_P(Policy, WhatLapsesWhileTheNodeIsOffHasTheWholeGraceTime) {
  network.cut(session);
  network.drive();
  c.now.wall.value += 1'000'000'001;  // the vouch has lapsed
  c.restart();
  network.drive();
  EXPECT_FALSE(c.follows(a));
  network.pass(std::chrono::minutes(50));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.holds(a), 4U);
  network.pass(std::chrono::minutes(15));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(c.events_of(Event::Kind::kRemoved).size(), 1U);
}

TEST_P(Policy, WhatIsTrustedAgainWhileItIsRemovedComesAnewAndTheStoreIsNotBlamed) {
  b.vouch(a, true);
  network.drive();
  c.hold = [](const IntentBody& body) { return std::holds_alternative<CommitRemoval>(body); };
  network.pass(std::chrono::minutes(50));
  network.advance(std::chrono::minutes(11));
  ASSERT_FALSE(c.store->log_state(a.id()).ok());
  ASSERT_TRUE(c.events_of(Event::Kind::kRemoved).empty()) << "the answer is on its way";
  b.vouch(a);
  network.drive();
  ASSERT_TRUE(c.follows(a));
  a.publish(1);
  network.drive();
  network.let_go(c);
  network.drive();
  EXPECT_EQ(c.events_of(Event::Kind::kRemoved).size(), 1U);
  EXPECT_EQ(c.holds(a), 5U);
  EXPECT_EQ(c.bodies_of(a), 4U);
  EXPECT_TRUE(c.events_of(Event::Kind::kStoreFailed).empty());
  EXPECT_TRUE(c.events_of(Event::Kind::kPeerLied).empty());
  const auto state = c.store->log_state(a.id());
  ASSERT_TRUE(state.ok());
  EXPECT_FALSE(state->out_since);
}

TEST_P(Policy, WhatIsTrustedAgainWhileItIsRemovedIsNotGivenOnBeforeItHasComeAnew) {
  TestNode& d = network.add("d.example");
  network.peer(c, d);
  const PeerRecord line = a.as_peer();
  ASSERT_TRUE(d.change([&] { return d.store->put_peer(line); }).ok());
  d.engine->on_peer_added(d.now, line);
  b.vouch(a, true);
  network.drive();
  c.hold = [](const IntentBody& body) { return std::holds_alternative<CommitRemoval>(body); };
  network.pass(std::chrono::minutes(50));
  network.advance(std::chrono::minutes(11));
  ASSERT_FALSE(c.store->log_state(a.id()).ok());
  b.vouch(a);
  network.drive();
  ASSERT_TRUE(c.follows(a) && d.follows(a));
  const SessionId to_d = network.connect(d, c);
  std::size_t heads = 0;
  network.tamper_frames(to_d, c, [&](v1::Frame& frame) {
    for (const v1::Head& head : frame.heads().heads()) heads += head.log_id() == a.id().view() ? 1 : 0;
    return true;
  });
  network.drive();
  EXPECT_EQ(heads, 0U) << "the store has none of it";
  network.let_go(c);
  network.drive();
  EXPECT_EQ(c.holds(a), 4U);
  EXPECT_EQ(d.holds(a), 4U);
  EXPECT_TRUE(d.events_of(Event::Kind::kNotice).empty()) << "nothing was asked for in vain";
}

TEST_P(Policy, APeerThatIsAwayIsNotAskedForWhatHasLeft) {
  TestNode& away = network.add("away.example");
  network.peer(c, away);
  TestNode& e = network.add("e.example");
  const auto asks_of = [&](const TestNode& city) {
    const StoreState state = *c.store->load_state();
    return std::count(state.asks.begin(), state.asks.end(), HeadAsk{away.config.node_key, city.id()});
  };
  b.vouch(e);
  network.drive();
  ASSERT_TRUE(c.follows(e));
  EXPECT_EQ(asks_of(e), 1);
  b.vouch(e, true);
  network.drive();
  ASSERT_FALSE(c.follows(e));
  EXPECT_EQ(asks_of(e), 0);
  EXPECT_EQ(asks_of(away), 1) << "others stay";
  b.vouch(e);
  network.drive();
  EXPECT_EQ(asks_of(e), 1) << "and it is asked for anew";
}

TEST_P(Policy, WhatIsTrustedAgainIsCaughtUpEvenAfterARestart) {
  b.vouch(a, true);
  network.drive();
  a.publish(2);
  network.drive();
  b.vouch(a);
  // C hears of the vouch and goes down before it hears more.
  network.tamper_frames(
      session, b, [](v1::Frame& frame) { return !frame.has_heads() || frame.heads().request_id() == 0; });
  network.drive();
  ASSERT_TRUE(c.follows(a));
  ASSERT_EQ(c.holds(a), 4U);
  network.cut(session);
  network.drive();
  c.restart();
  network.connect(c, b);
  network.drive();
  EXPECT_EQ(c.holds(a), 6U);
}

TEST_P(Policy, AVouchThatCountsForTheFirstTimeAtARestartBringsWhatWasToldBeforeIt) {
  TestNode& d = network.add("d.example");
  TestNode& e = network.add("e.example");
  for (const auto& [one, other] : {std::pair{&b, &d}, std::pair{&e, &d}, std::pair{&c, &e}})
    network.peer(*one, *other);
  const SessionId to_b = network.connect(d, b);
  network.connect(d, e);
  const SessionId to_e = network.connect(c, e);
  d.publish(2);
  network.drive();
  network.cut(to_b);
  d.publish(2);
  network.drive();
  ASSERT_EQ(b.holds(d), 3U);
  ASSERT_EQ(e.holds(d), 5U);
  ASSERT_FALSE(c.follows(d)) << "both rows have passed";
  const std::uint64_t held = c.holds(b);
  b.vouch(d);
  while (c.holds(b) == held) ASSERT_TRUE(network.step());
  network.cut(session);
  network.cut(to_e);
  ASSERT_FALSE(c.follows(d)) << "vouches count a moment later";
  c.restart();
  ASSERT_TRUE(c.follows(d));
  EXPECT_TRUE(c.store->load_state()->asks.empty()) << "nothing has come: the next start knows as much";
  session = network.connect(c, b);
  network.drive();
  ASSERT_EQ(c.holds(d), 3U) << "whole, and not all that there is";
  network.cut(session);
  network.drive();
  c.restart();
  network.connect(c, e);
  network.drive();
  EXPECT_EQ(c.holds(d), 5U);
}

TEST_P(Policy, WhomAPeerTrustsAgainItTellsOfAgain) {
  // B blocks A while C's cursor passes A's rows, then no longer.
  network.cut(session);
  c.publish(1);
  a.publish(1);
  network.drive();
  b.engine->on_blocked(b.now, a.id(), true);
  network.drive();
  session = network.connect(c, b);
  network.drive();
  ASSERT_EQ(c.holds(a), 4U);
  b.engine->on_blocked(b.now, a.id(), false);
  network.drive();
  EXPECT_EQ(c.holds(a), 5U);
}

TEST_P(Policy, ABlockedCityIsNeitherFollowedNorRelayedNorCountedAsVoucher) {
  TestNode& d = network.add("d.example");
  network.peer(c, d);
  c.vouch(a);
  network.connect(d, c);
  network.drive();
  ASSERT_EQ(d.holds(a), 4U);
  c.engine->on_blocked(c.now, a.id(), true);
  network.drive();
  EXPECT_FALSE(c.follows(a));
  a.publish(1);
  network.drive();
  EXPECT_EQ(c.holds(a), 4U);
  EXPECT_EQ(d.holds(a), 4U);
}

TEST_P(Policy, ALogOverItsQuotaIsNotFollowedAndOthersAre) {
  EngineConfig small;
  small.log_entries = 10;
  TestNode& reader = network.add("reader.example", small);
  network.peer(b, reader);
  network.connect(reader, b);
  network.drive();
  ASSERT_EQ(reader.holds(a), 4U);
  a.publish(20);
  b.publish(1);
  network.drive();
  EXPECT_EQ(reader.holds(a), 4U) << "it stops at its last whole head";
  EXPECT_TRUE(reader.engine->standing(a.id()).over_quota);
  EXPECT_EQ(reader.holds(b), b.holds(b));
}

}  // namespace
}  // namespace koinon::test::policy_test
