// The bodies of a node's own log that it has lost, after a restore or a repair: it gets all that peers hold,
// whatever anybody's filter wants, and nothing that it has erased.
#include <limits>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::own_bodies_test {
namespace {

constexpr std::uint64_t kHealth = 1;   // entries 1 to 3
constexpr std::uint64_t kErased = 2;   // by entry 6
constexpr std::uint64_t kClimate = 4;  // entries 4 and 5

// Seoul has published of health and of climate, and taken one note back. Milan and Oslo hold its log; Milan
// wants climate alone, and so does Seoul.
class OwnBodies : public NetworkTest {
 protected:
  OwnBodies() {
    std::vector<SessionId> sessions;
    for (TestNode* peer : {&milan, &oslo}) {
      network.peer(seoul, *peer);
      sessions.push_back(network.connect(seoul, *peer));
    }
    network.drive();
    seoul.publish(3, "health/testing");
    seoul.publish(2, "climate/heat");
    seoul.publish(withdrawal(seoul.id(), kErased, true));
    network.drive();
    for (const SessionId session : sessions) network.cut(session);
    network.drive();
    EXPECT_EQ(oslo.holds(seoul), 7U);
    EXPECT_EQ(milan.holds(seoul), 7U);
    EXPECT_TRUE(milan.record(seoul, kHealth).body.empty()) << "Milan does not want it";
  }

  // Seoul's keys, with a store of its first day: it knows its peers.
  TestNode& rolled_back() {
    EngineConfig config = wanting({"climate"});
    config.standing.mark = MarkSays::kBehind;
    TestNode& out = network.add("seoul.example", config);
    for (const TestNode* peer : {&milan, &oslo}) {
      EXPECT_TRUE(out.change([&]() -> Status {
                       KOINON_TRY(out.store->put_peer(peer->as_peer()));
                       return out.store->set_held_ours(peer->as_peer().node_key);
                     })
                      .ok());
    }
    out.restart();
    return out;
  }

  // A peer gives the entries and says of each body that it has it not.
  TestNode& rolled_back_without_bodies() {
    TestNode& old = rolled_back();
    const SessionId session = network.connect(milan, old);
    network.tamper_frames(session, milan, without_bodies);
    network.drive();
    EXPECT_EQ(old.holds(old), 7U);
    EXPECT_EQ(old.record(old, kClimate).state, BodyState::kNotHeld);
    network.cut(session);
    network.drive();
    return old;
  }

  // Graz comes from a backup. Rome and Bonn are its peers; Bonn never comes, and so Graz goes on asking.
  std::tuple<TestNode&, TestNode&, TestNode&> a_restored_city() {
    EngineConfig config;
    config.standing.restored = true;
    TestNode& graz = network.add("graz.example", config);
    TestNode& rome = network.add("rome.example");
    TestNode& bonn = network.add("bonn.example");
    network.peer(graz, rome);
    network.peer(graz, bonn);
    graz.publish(2);
    return {graz, rome, bonn};
  }

  void expect_all(const TestNode& old) {
    ASSERT_EQ(old.holds(old), seoul.holds(seoul));
    for (std::uint64_t i = 0; i < seoul.holds(seoul); ++i)
      EXPECT_EQ(old.record(old, i).body, seoul.record(seoul, i).body) << "entry " << i;
    EXPECT_EQ(old.record(old, kErased).state, BodyState::kErased);
    EXPECT_TRUE(old.engine->standing(old.id()).missing.empty()) << "nothing is looked for that was erased";
  }
  static std::vector<std::string> lost_lines(const TestNode& node) {
    std::vector<std::string> out;
    for (const Event& event : node.events_of(Event::Kind::kNotice)) {
      if (event.text.find("texts of our own log") != std::string::npos) out.push_back(event.text);
    }
    return out;
  }

  TestNode& seoul = network.add("seoul.example", wanting({"climate"}));
  TestNode& milan = network.add("milan.example", wanting({"climate"}));
  TestNode& oslo = network.add("oslo.example");
};

TEST_P(OwnBodies, AHolderGivesAllWhateverTheFilterOfTheAskerSays) {
  TestNode& old = rolled_back();
  network.connect(oslo, old);
  network.drive();
  expect_all(old);
  EXPECT_TRUE(lost_lines(old).empty());
}

TEST_P(OwnBodies, WhatOneHolderLacksIsAskedOfTheOthers) {
  TestNode& old = rolled_back();
  network.connect(milan, old);
  network.drive();
  EXPECT_FALSE(old.record(old, kClimate).body.empty());
  EXPECT_EQ(old.record(old, kHealth).state, BodyState::kNotHeld) << "and not: not asked for";
  ASSERT_EQ(lost_lines(old).size(), 1U);
  EXPECT_NE(lost_lines(old).front().find("entries 1, 3"), std::string::npos) << lost_lines(old).front();
  network.connect(oslo, old);
  network.drive();
  expect_all(old);
}

TEST_P(OwnBodies, AStartAsksForThoseThatAreNotHeld) {
  TestNode& old = rolled_back_without_bodies();
  old.restart();
  network.connect(old, oslo);
  network.drive();
  expect_all(old);
}

TEST_P(OwnBodies, TheyComeBackWhereTheRestOfTheDiskIsKeptForOurOwn) {
  TestNode& old = rolled_back_without_bodies();
  old.reserve = std::numeric_limits<std::uint64_t>::max();
  network.connect(old, oslo);
  network.advance(2 * limits::kStoreRetryMax);
  expect_all(old);
}

TEST_P(OwnBodies, AChangedFilterAsksForNoFewer) {
  TestNode& old = rolled_back_without_bodies();
  old.engine->set_filter(old.now, topics({"water"}));
  network.drive();
  network.connect(old, oslo);
  network.drive();
  expect_all(old);
}

TEST_P(OwnBodies, WhatIsErasedWhileItIsMissingIsLookedForNoMore) {
  TestNode& old = rolled_back_without_bodies();
  old.publish(withdrawal(old.id(), kHealth, true));
  EXPECT_FALSE(old.engine->standing(old.id()).missing.contains(EntryIndex(kHealth)));
  const SessionId session = network.connect(old, oslo);
  network.drive();
  EXPECT_EQ(old.record(old, kHealth).state, BodyState::kErased);
  EXPECT_TRUE(old.record(old, kHealth).body.empty());
  EXPECT_FALSE(old.record(old, kClimate).body.empty()) << "the others came";
  EXPECT_EQ(oslo.record(seoul, kHealth).state, BodyState::kErased);
  EXPECT_TRUE(network.is_open(session)) << "nobody lied";
}

TEST_P(OwnBodies, WhatIsHeldBackIsNotLookedFor) {
  const auto [graz, rome, bonn] = a_restored_city();
  network.connect(rome, graz);
  network.drive();
  EXPECT_EQ(rome.holds(graz), 3U);
  EXPECT_EQ(rome.bodies_of(graz), 0U) << "a withdrawal that Graz has lost may have taken them away";
  graz.publish(1);
  network.drive();
  EXPECT_EQ(rome.holds(graz), 4U);
  EXPECT_EQ(rome.bodies_of(graz), 0U) << "nor are they pushed";
  EXPECT_TRUE(graz.engine->standing(graz.id()).missing.empty()) << "it has them";
  EXPECT_EQ(graz.engine->bodies_missing(), 0U);
  graz.engine->on_word(graz.now, {bonn.as_peer().node_key});
  ASSERT_EQ(graz.engine->signing().state, SigningState::kSigns);
  network.advance(std::chrono::minutes(2));
  EXPECT_EQ(rome.bodies_of(graz), 3U);
}

TEST_P(OwnBodies, WhatIsHeldBackIsNotGivenByName) {
  const auto [graz, rome, bonn] = a_restored_city();
  std::size_t asked = 0;
  const SessionId session = network.connect(rome, graz);
  network.tamper_frames(session, rome, [&asked](v1::Frame& frame) {
    asked += frame.has_get_bodies() ? 1 : 0;
    return true;
  });
  network.drive();
  network.advance(std::chrono::minutes(2));
  EXPECT_GE(asked, 1U) << "Rome asks for what did not come with the entries";
  EXPECT_EQ(rome.bodies_of(graz), 0U);
  EXPECT_TRUE(network.is_open(session)) << "and that is no lie";
}

INSTANTIATE_TEST_SUITE_P(Seeds, OwnBodies, seeds(8));

}  // namespace
}  // namespace koinon::test::own_bodies_test
