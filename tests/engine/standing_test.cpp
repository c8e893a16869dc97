// When a node may sign: what peers answer, and how its own log comes back.
#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "node/replication/stored_standing.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::standing_test {
namespace {

using State = SigningState;

EngineConfig marked(MarkSays mark, bool restored = false) {
  EngineConfig config;
  config.standing.mark = mark;
  config.standing.restored = restored;
  return config;
}

class Standing : public NetworkTest {
 protected:
  Standing() {
    network.peer(seoul, milan);
    network.peer(seoul, oslo);
  }

  // Milan and Oslo hold what Seoul has published, and Seoul knows that they do. Its next start has no mark.
  void spread(std::size_t notes, std::size_t body_bytes = 100) {
    const SessionId one = network.connect(seoul, milan);
    const SessionId two = network.connect(seoul, oslo);
    network.drive();
    seoul.publish(notes, "health/testing", body_bytes);
    network.drive();
    network.advance(std::chrono::seconds(2));
    network.cut(one);
    network.cut(two);
    network.drive();
    seoul.config.standing.mark = MarkSays::kNone;
  }

  // Seoul's folder as it was before: another node with its keys, its peers, and what it knew of them.
  TestNode& rolled_back(std::size_t entries, EngineConfig config = {}) {
    TestNode& out = network.add("seoul.example", config);
    EXPECT_TRUE(out.change([&]() -> Status {
                     for (const TestNode* peer : {&milan, &oslo}) {
                       KOINON_TRY(out.store->put_peer(peer->as_peer()));
                       KOINON_TRY(out.store->set_held_ours(peer->as_peer().node_key));
                     }
                     return {};
                   })
                    .ok());
    if (entries > 0) out.publish(entries);
    out.restart();
    return out;
  }

  // With what its store has kept.
  void restart_as_stored(TestNode& node) {
    EXPECT_TRUE(read_standing(*node.store, node.config.standing).ok());
    node.restart();
    network.drive();
  }
  static bool has_held(TestNode& node, const TestNode& peer) {
    const auto peers = node.store->peers();
    return peers.ok() && std::any_of(peers->begin(), peers->end(), [&](const PeerRecord& record) {
             return record.node_key == peer.as_peer().node_key && record.held_ours;
           });
  }
  static std::vector<NodeKey> waits_for(const TestNode& node) { return node.engine->signing().waits_for; }
  static State state(const TestNode& node) { return node.engine->signing().state; }

  // It signs until it is restarted: see spread.
  TestNode& seoul = network.add("seoul.example", marked(MarkSays::kAgrees));
  TestNode& milan = network.add("milan.example");
  TestNode& oslo = network.add("oslo.example");
};

TEST_P(Standing, TheMarkIsEnoughUnlessTheStoreComesFromABackup) {
  TestNode& marked_node = network.add("rome.example", marked(MarkSays::kAgrees));
  TestNode& copied = network.add("bonn.example", marked(MarkSays::kAgrees, true));
  TestNode& unmarked = network.add("graz.example");
  network.drive();
  EXPECT_EQ(state(marked_node), State::kSigns);
  EXPECT_EQ(state(copied), State::kAsks);
  EXPECT_EQ(state(unmarked), State::kAsks);
  EXPECT_EQ(copied.events_of(Event::Kind::kRolledBack).size(), 1U);
}

TEST_P(Standing, WhoNobodyEverHeldSignsAfterTheWait) {
  TestNode& alone = network.add("graz.example");
  network.advance(std::chrono::minutes(9));
  EXPECT_EQ(state(alone), State::kAsks);
  EXPECT_TRUE(alone.engine->signing().fewer_after);
  network.advance(std::chrono::minutes(2));
  EXPECT_EQ(state(alone), State::kSigns);
}

// Rome has no mark, and its store knows of no peer that has held its log.
TEST_P(Standing, WhoFetchesOurLogWhileWeAskIsNoReasonToSign) {
  TestNode& rome = network.add("rome.example");
  network.peer(rome, milan);
  network.peer(rome, oslo);
  rome.publish(2);
  const SessionId first = network.connect(rome, milan);
  network.advance(std::chrono::seconds(60));
  ASSERT_EQ(milan.holds(rome), 3U);
  EXPECT_EQ(state(rome), State::kAsks) << "Milan knows what Rome has given it";
  network.cut(first);
  const SessionId second = network.connect(rome, milan);  // its answer is the head now
  network.advance(std::chrono::seconds(30));
  EXPECT_EQ(state(rome), State::kAsks);
  network.cut(second);
  network.drive();
  rome.restart();
  network.connect(milan, rome);
  network.connect(oslo, rome);
  network.advance(std::chrono::seconds(60));  // up to five minutes pass
  ASSERT_EQ(oslo.holds(rome), 3U);
  EXPECT_EQ(state(rome), State::kAsks) << "another start does not make them such that held it before";
  EXPECT_FALSE(has_held(rome, milan) || has_held(rome, oslo));
  network.advance(std::chrono::minutes(10));
  EXPECT_EQ(state(rome), State::kSigns);
  EXPECT_TRUE(has_held(rome, milan) && has_held(rome, oslo)) << "the next question is for them";
}

TEST_P(Standing, AKnockAndABackupWaitForTheWord) {
  TestNode& knocked = network.add("graz.example");
  TestNode& restored = network.add("bonn.example", marked(MarkSays::kNone, true));
  knocked.engine->on_knock(knocked.now, NodeKey::from(Bytes(32, 'k')));
  network.advance(std::chrono::minutes(12));
  for (TestNode* node : {&knocked, &restored}) {
    EXPECT_EQ(state(*node), State::kAsks);
    EXPECT_TRUE(node->engine->signing().needs_word);
    node->engine->on_word(node->now, {}, true);
    EXPECT_EQ(state(*node), State::kSigns);
  }
}

TEST_P(Standing, AllThatHeldItAnswer) {
  spread(3);
  seoul.restart();
  network.drive();
  EXPECT_EQ(state(seoul), State::kAsks);
  EXPECT_EQ(seoul.engine->signing().waits_for.size(), 2U);
  network.connect(milan, seoul);
  network.drive();
  EXPECT_EQ(seoul.engine->signing().answered, 1U);
  EXPECT_EQ(state(seoul), State::kAsks) << "one of two, and the wait is not over";
  network.connect(seoul, oslo);
  network.drive();
  EXPECT_EQ(state(seoul), State::kSigns);
}

TEST_P(Standing, HalfOfThemIsNotEnoughAfterTheWait) {
  spread(3);
  seoul.restart();
  network.connect(milan, seoul);
  network.advance(std::chrono::minutes(12));
  EXPECT_EQ(state(seoul), State::kAsks) << "one of two is not more than half";
  seoul.engine->on_word(seoul.now, {oslo.as_peer().node_key});
  EXPECT_EQ(state(seoul), State::kSigns);
}

TEST_P(Standing, TheWordEndsWhenThePeerReturns) {
  spread(3);
  seoul.restart();
  seoul.engine->on_word(seoul.now, {milan.as_peer().node_key, oslo.as_peer().node_key});
  EXPECT_EQ(state(seoul), State::kSigns);
  const SessionId session = network.connect(oslo, seoul);
  network.drive();
  network.cut(session);
  network.drive();
  restart_as_stored(seoul);
  EXPECT_EQ(waits_for(seoul), std::vector{oslo.as_peer().node_key}) << "for Milan the word stands";
}

TEST_P(Standing, TheWordOutlivesARestart) {
  spread(3);
  seoul.restart();
  seoul.engine->on_word(seoul.now, {oslo.as_peer().node_key});
  network.drive();
  EXPECT_EQ(waits_for(seoul), std::vector{milan.as_peer().node_key});
  restart_as_stored(seoul);
  EXPECT_EQ(waits_for(seoul), std::vector{milan.as_peer().node_key});
  network.connect(milan, seoul);
  network.drive();
  EXPECT_EQ(state(seoul), State::kSigns);
}

TEST_P(Standing, TwoOfThreeSufficeAfterTheWait) {
  TestNode& rome = network.add("rome.example");
  network.peer(seoul, rome);
  const SessionId third = network.connect(seoul, rome);
  spread(2);
  network.cut(third);
  network.drive();
  seoul.restart();
  network.connect(milan, seoul);
  network.connect(oslo, seoul);
  network.drive();
  EXPECT_EQ(state(seoul), State::kAsks);
  network.advance(std::chrono::minutes(11));
  EXPECT_EQ(state(seoul), State::kSigns);
}

TEST_P(Standing, ARemovedPeerIsNotAwaited) {
  spread(2);
  seoul.restart();
  network.connect(milan, seoul);
  network.drive();
  EXPECT_EQ(state(seoul), State::kAsks);
  seoul.engine->on_peer_removed(seoul.now, oslo.as_peer().node_key);
  EXPECT_EQ(state(seoul), State::kSigns);
}

TEST_P(Standing, WhatPeersHaveIsPulledBackAndThenSignedOn) {
  spread(5);
  TestNode& old = rolled_back(0, marked(MarkSays::kBehind));
  EXPECT_EQ(state(old), State::kAsks);
  network.connect(milan, old);
  network.connect(oslo, old);
  network.drive();
  EXPECT_EQ(old.holds(old), seoul.holds(seoul));
  EXPECT_EQ(state(old), State::kSigns);
  EXPECT_EQ(old.events_of(Event::Kind::kCameBack).size(), 1U);
  old.publish(1);
  network.drive();
  EXPECT_EQ(milan.holds(old), old.holds(old)) << "no fork";
  EXPECT_TRUE(milan.engine->frozen().empty());
}

TEST_P(Standing, WhatOnePeerBeganToGiveBackAnotherEnds) {
  spread(40, 20'000);  // more than one chunk
  ASSERT_EQ(milan.holds(seoul), 41U);
  TestNode& old = rolled_back(0, marked(MarkSays::kBehind));
  std::optional<SessionId> first;  // gives one chunk and no more
  std::size_t of_the_other = 0;
  for (TestNode* peer : {&milan, &oslo}) {
    const SessionId session = network.connect(*peer, old);
    network.tamper_frames(session, *peer, [&first, &of_the_other, session](v1::Frame& frame) {
      const bool of_seoul = frame.has_chunk() && frame.chunk().records_size() > 2;
      if (!of_seoul) return true;
      if (!std::exchange(first, first.value_or(session))) return true;
      of_the_other += *first == session ? 0 : 1;
      return *first != session;
    });
  }
  network.drive();
  network.advance(std::chrono::minutes(2));  // it is too slow
  ASSERT_TRUE(first);
  EXPECT_GT(of_the_other, 0U);
  EXPECT_EQ(old.holds(old), 41U);
  EXPECT_EQ(old.bodies_of(old), 40U);
}

TEST_P(Standing, WhoClaimsMoreAndShowsNothingHasAnswered) {
  spread(2);
  seoul.restart();
  const SessionId liar = network.connect(milan, seoul);
  network.tamper_frames(liar, milan, [](v1::Frame& frame) {
    v1::Seen* seen = frame.has_hello()  ? frame.mutable_hello()->mutable_seen_of_yours()
                     : frame.has_seen() ? frame.mutable_seen()
                                        : nullptr;
    if (seen != nullptr) seen->set_size(1000);
    return true;
  });
  network.connect(oslo, seoul);
  network.drive();
  EXPECT_EQ(state(seoul), State::kAsks);
  network.advance(std::chrono::seconds(65));
  EXPECT_EQ(state(seoul), State::kSigns);
  ASSERT_EQ(seoul.engine->signing().cannot_show.size(), 1U);
  EXPECT_EQ(seoul.engine->signing().cannot_show.front(), milan.as_peer().node_key);
  EXPECT_EQ(seoul.events_of(Event::Kind::kCannotShow).size(), 1U);
  EXPECT_TRUE(network.is_open(liar)) << "it is no lie that ends the session";
}

TEST_P(Standing, WhatWasSeenOutlivesARemoval) {
  spread(3);
  EXPECT_TRUE(milan.change([&] { return milan.store->remove_log(seoul.id(), milan.now.wall); }).ok());
  milan.restart();
  bool shown = false;
  TestNode& old = rolled_back(0);
  const SessionId session = network.connect(milan, old);
  network.tamper_frames(session, milan, [&](v1::Frame& frame) {
    const v1::Seen* seen = frame.has_hello() ? &frame.hello().seen_of_yours() : nullptr;
    shown = shown || (seen != nullptr && seen->size() == seoul.holds(seoul));
    return true;
  });
  network.drive();
  EXPECT_TRUE(shown);
  EXPECT_EQ(state(old), State::kBehind) << "and it showed the head";
  network.advance(std::chrono::minutes(50));
  EXPECT_FALSE(old.engine->signing().nobody_serves);
  network.advance(std::chrono::minutes(11));
  const StandingView view = old.engine->signing();
  EXPECT_EQ(view.state, State::kBehind) << "time does not make it sign";
  EXPECT_TRUE(view.nobody_serves);
  EXPECT_EQ(view.shown_by, milan.as_peer().node_key);
  EXPECT_EQ(view.shown, TreeSize(seoul.holds(seoul)));
}

TEST_P(Standing, TwoRestoredCitiesThatAreEachOthersOnlyPeers) {
  TestNode& rome = network.add("rome.example", marked(MarkSays::kNone, true));
  TestNode& bonn = network.add("bonn.example", marked(MarkSays::kNone, true));
  network.peer(rome, bonn);
  for (TestNode* node : {&rome, &bonn}) {
    TestNode& other = node == &rome ? bonn : rome;
    EXPECT_TRUE(node->change([&] { return node->store->set_held_ours(other.as_peer().node_key); }).ok());
    node->restart();
  }
  network.connect(rome, bonn);
  network.advance(std::chrono::seconds(30));
  EXPECT_EQ(state(rome), State::kSigns);
  EXPECT_EQ(state(bonn), State::kSigns);
}

TEST_P(Standing, WhoCanOnlySendSignsByItsStandingWordHoweverOftenAllIsAskedAnew) {
  spread(2);
  EngineConfig config = marked(MarkSays::kNone);
  config.standing.alone = true;
  TestNode& sender = rolled_back(0, config);
  network.drive();
  EXPECT_EQ(state(sender), State::kSigns) << "though peers have held its log";
  const std::size_t told = sender.events_of(Event::Kind::kStanding).size();
  sender.engine->on_resumed(sender.now);
  network.drive();
  EXPECT_EQ(state(sender), State::kSigns);
  EXPECT_EQ(sender.events_of(Event::Kind::kStanding).size(), told + 1) << "who waits for the word hears it";
}

TEST_P(Standing, TheStandingWordAnswersNoProofOfARollback) {
  for (const auto& [mark, restored] :
       {std::pair(MarkSays::kBehind, false), std::pair(MarkSays::kNone, true)}) {
    EngineConfig config = marked(mark, restored);
    config.standing.alone = true;
    TestNode& node = network.add(restored ? "graz.example" : "bonn.example", config);
    network.advance(std::chrono::minutes(12));
    EXPECT_EQ(state(node), State::kAsks);
    EXPECT_TRUE(node.engine->signing().needs_word);
  }
}

TEST_P(Standing, AResumedMachineAsksAnew) {
  TestNode& rome = network.add("rome.example", marked(MarkSays::kAgrees));
  network.drive();
  EXPECT_EQ(state(rome), State::kSigns);
  rome.engine->on_resumed(rome.now);
  EXPECT_EQ(state(rome), State::kAsks);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Standing, seeds(5));

}  // namespace
}  // namespace koinon::test::standing_test
