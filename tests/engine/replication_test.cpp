// What a city's operator is owed of replication: everything arrives, once, soon, and survives a break.
#include <deque>
#include <limits>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::replication_test {
namespace {

class Replication : public NetworkTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, Replication, seeds(32));

TEST_P(Replication, BothCitiesCatchUp) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(700, "health/testing", 2000);
  la.publish(3);
  network.peer(seoul, la);
  network.connect(la, seoul);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 701U);
  EXPECT_EQ(seoul.holds(la), 4U);
  const auto record = la.store->record(seoul.id(), EntryIndex(700));
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->body, seoul.store->record(seoul.id(), EntryIndex(700))->body);
}

TEST_P(Replication, ANewRecordIsPushedWithoutBeingAskedFor) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  bool asked = false;
  network.tamper(session, la, [&](Bytes bytes) {
    FrameReader reader;
    reader.feed(bytes);
    while (true) {
      const auto frame = reader.next();
      if (!frame.ok() || !*frame) return bytes;
      if ((*frame)->has_get() || (*frame)->has_get_heads()) asked = true;
    }
  });
  seoul.publish(1);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 2U);
  EXPECT_FALSE(asked);
}

TEST_P(Replication, NewsCrossesACityInBetween) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  TestNode& san_diego = network.add("sandiego.example");
  network.peer(seoul, la);
  network.peer(la, san_diego);
  la.vouch(seoul);
  network.connect(la, seoul);
  network.connect(san_diego, la);
  network.drive();
  EXPECT_EQ(san_diego.holds(seoul), 1U);
  seoul.publish(5);
  network.drive();
  EXPECT_EQ(san_diego.holds(seoul), 6U);
}

TEST_P(Replication, AVouchThatComesLaterAdmitsWhatWasRefusedBefore) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  TestNode& san_diego = network.add("sandiego.example");
  seoul.publish(10);
  network.peer(seoul, la);
  network.peer(la, san_diego);
  network.connect(la, seoul);
  network.connect(san_diego, la);
  network.drive();
  EXPECT_EQ(san_diego.holds(seoul), 0U);
  la.vouch(seoul);
  network.drive();
  EXPECT_EQ(san_diego.holds(seoul), 11U);
}

TEST_P(Replication, ACutConnectionResumesAtItsCursor) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(2000, "health/testing", 1000);
  network.peer(seoul, la);
  const SessionId first = network.connect(la, seoul);
  for (int i = 0; i < 60; ++i) network.step();
  network.cut(first);
  network.drive();
  const SessionId second = network.connect(seoul, la);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 2001U);
  network.cut(second);
  network.drive();
  la.restart();
  seoul.restart();
  const SessionId quiet = network.connect(la, seoul);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 2001U);
  EXPECT_LT(network.bytes(quiet), 500U) << "a resync with nothing new carries no heads";
}

JournalSeq stored_cursor(const TestNode& node) { return node.store->load_state()->peers.at(0).cursor; }

TEST_P(Replication, ACursorWaitsForTheLatestHeadOfALog) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(20);
  network.peer(seoul, la);
  la.hold = [](const IntentBody& body) { return std::holds_alternative<VerifyRun>(body); };
  const SessionId session = network.connect(la, seoul);
  network.drive();
  // Seoul tells of more while LA checks what it asked for, and then that its journal may be left there.
  seoul.publish(5);
  network.drive();
  const JournalSeq row = seoul.engine->log(seoul.id())->journal_seq;
  ASSERT_LT(stored_cursor(la), row);
  network.let_go(la);
  la.hold = [](const IntentBody& body) { return std::holds_alternative<CommitRun>(body); };
  network.drive();
  ASSERT_EQ(la.store->log_state(seoul.id())->range.size(), TreeSize(21)) << "stored, and not yet answered";
  EXPECT_LT(stored_cursor(la), row) << "five entries are not here";
  network.cut(session);
  network.drive();
  la.hold = nullptr;
  la.restart();
  network.connect(la, seoul);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 26U);
  EXPECT_GE(stored_cursor(la), row);
  EXPECT_EQ(la.engine->peer_cursor(seoul.config.node_key), stored_cursor(la))
      << "the next session begins where the store says";
}

TEST_P(Replication, AnOlderHeadSettlesNoLaterRow) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(1);
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  const Bytes old = seoul.engine->log(seoul.id())->whole->note;
  seoul.publish(2);
  network.drive();
  ASSERT_EQ(la.holds(seoul), 4U);
  la.hold = [](const IntentBody& body) { return std::holds_alternative<VerifyRun>(body); };
  seoul.publish(20);
  network.drive();
  const JournalSeq row = seoul.engine->log(seoul.id())->journal_seq;
  for (const std::uint64_t told : {std::uint64_t{0}, std::uint64_t{1}}) {
    v1::Frame heads;
    auto* head = heads.mutable_heads()->add_heads();
    head->set_log_id(seoul.id().bytes());
    head->set_checkpoint(old);
    head->set_journal_seq(told);
    network.inject(session, la, *encode_frame(heads));
    network.drive();
    EXPECT_LT(stored_cursor(la), row) << "twenty entries are not here";
  }
  network.let_go(la);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 24U);
  EXPECT_GE(stored_cursor(la), row);
}

TEST_P(Replication, HeadsThatAreCheckedInAnyOrderHoldUpNoCursor) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(10);
  network.peer(seoul, la);
  const Bytes first = seoul.engine->log(seoul.id())->whole->note;
  la.hold = [first](const IntentBody& body) {
    const auto* heads = std::get_if<VerifyHeads>(&body);
    return std::holds_alternative<VerifyRun>(body) ||
           (heads != nullptr && heads->items.front().note == first);
  };
  network.connect(la, seoul);
  network.drive();
  seoul.publish(20);
  network.drive();
  ASSERT_EQ(la.holds(seoul), 0U);
  network.let_go(la);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 31U);
  EXPECT_GE(stored_cursor(la), seoul.engine->log(seoul.id())->journal_seq);
}

TEST_P(Replication, TheFilterChoosesBodiesNeverEntries) {
  TestNode& seoul = network.add("seoul.example");
  EngineConfig climate_only;
  climate_only.filter.all = false;
  climate_only.filter.topics = {"climate"};
  TestNode& la = network.add("la.example", climate_only);
  seoul.publish(1, "health/testing");
  seoul.publish(1, "climate/heat");
  network.peer(seoul, la);
  network.connect(la, seoul);
  network.drive();
  seoul.publish(1, "climates");
  network.drive();
  ASSERT_EQ(la.holds(seoul), 4U);
  EXPECT_EQ(la.store->record(seoul.id(), EntryIndex(1))->state, BodyState::kNotAsked);
  EXPECT_TRUE(la.store->record(seoul.id(), EntryIndex(1))->body.empty());
  EXPECT_FALSE(la.store->record(seoul.id(), EntryIndex(2))->body.empty());
  EXPECT_EQ(la.store->record(seoul.id(), EntryIndex(3))->state, BodyState::kNotAsked);
}

TEST_P(Replication, BodiesAreGivenToWhoeverAsksForThem) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(40, "health/testing", 50'000);
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  v1::Frame frame;
  auto* request = frame.mutable_get_bodies();
  request->set_request_id(7);
  request->set_log_id(seoul.id().bytes());
  for (std::uint64_t i = 0; i < 42; ++i) {
    auto* body = request->add_bodies();
    body->set_index(i);
    const auto record = seoul.store->record(seoul.id(), EntryIndex(i));
    v1::Entry entry;
    if (record.ok()) {
      ASSERT_TRUE(entry.ParseFromString(record->entry));
    }
    body->set_digest(entry.body_digest());
  }
  std::size_t bodies = 0;
  std::size_t missing = 0;
  bool last = false;
  network.tamper(session, seoul, [&](Bytes bytes) -> Bytes {
    FrameReader reader;
    reader.feed(bytes);
    while (true) {
      const auto answer = reader.next();
      if (!answer.ok() || !*answer) return {};
      EXPECT_FALSE(last);
      for (const auto& body : (*answer)->bodies().bodies()) body.body().empty() ? ++missing : ++bodies;
      last = (*answer)->bodies().last();
    }
  });
  network.inject(session, seoul, *encode_frame(frame));
  while (network.step() && !last) {
  }
  EXPECT_EQ(bodies, 40U);
  EXPECT_EQ(missing, 2U);  // Genesis has none, entry 41 does not exist
}

TEST_P(Replication, AFullDiskDelaysAndLosesNothing) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(50);
  network.peer(seoul, la);
  network.connect(la, seoul);
  la.writes_fail = 3;
  network.drive();
  EXPECT_EQ(la.events_of(Event::Kind::kStoreFailed).size(), 1U);
  network.advance(3 * limits::kStoreRetryMax);
  EXPECT_EQ(la.holds(seoul), 51U);
}

TEST_P(Replication, OurOwnGoesOnWhereTheRestOfTheDiskIsKept) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.drive();
  const std::uint64_t before = la.holds(seoul);
  la.reserve = std::numeric_limits<std::uint64_t>::max();
  seoul.publish(50);
  network.advance(2 * limits::kStoreRetryMax);
  EXPECT_EQ(la.holds(seoul), before);
  EXPECT_FALSE(la.events_of(Event::Kind::kStoreFailed).empty()) << "and says so";
  la.publish(3);
  network.drive();
  EXPECT_EQ(seoul.holds(la), 4U) << "what it publishes is signed, and taken by others";
  EXPECT_TRUE(network.is_open(session)) << "nobody is at fault";
  la.reserve = 0;
  network.advance(2 * limits::kStoreRetryMax);
  EXPECT_EQ(la.holds(seoul), before + 50);
}

TEST_P(Replication, AStoreThatCannotWriteIsTriedLessAndLessOften) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  seoul.publish(50);
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  unsigned asked = 0;
  network.tamper_frames(session, la, [&](v1::Frame& frame) {
    asked += frame.has_get() ? 1 : 0;
    return true;
  });
  la.writes_fail = std::numeric_limits<std::size_t>::max();
  network.drive();
  network.advance(3 * limits::kStoreRetryMax);
  asked = 0;
  network.advance(5 * limits::kStoreRetryMax);
  EXPECT_GE(asked, 4U) << "it goes on by itself";
  EXPECT_LE(asked, 6U) << "each time all that it asks for is thrown away";
  la.writes_fail = 0;
  network.advance(2 * limits::kStoreRetryMax);
  EXPECT_EQ(la.holds(seoul), 51U);
}

TEST(ReplicationOfMany, AQuietResyncDoesNotGrowWithTheNumberOfLogs) {
  Network network(1);
  EngineConfig config;
  config.trust_admits = 2000;
  TestNode& hub = network.add("hub.example", config);
  TestNode& reader = network.add("reader.example", config);
  network.peer(hub, reader);
  std::vector<TestNode*> cities;
  for (int i = 0; i < 30; ++i) {
    TestNode& city = network.add("city-" + std::to_string(i) + ".example");
    network.peer(hub, city);
    network.connect(city, hub);
    cities.push_back(&city);
  }
  for (TestNode* city : cities) hub.vouch(*city);
  const SessionId first = network.connect(reader, hub);
  network.drive();
  for (TestNode* city : cities) ASSERT_EQ(reader.holds(*city), 1U);
  network.advance(std::chrono::seconds(2));  // rows that each had from the other are passed
  network.cut(first);
  network.drive();
  reader.restart();
  const SessionId quiet = network.connect(reader, hub);
  network.drive();
  EXPECT_LT(network.bytes(quiet), 500U);
}

// What an engine sent since the last call.
std::vector<v1::Frame> sent(Engine& engine) {
  FrameReader reader;
  for (const Output& output : engine.take_outputs()) {
    if (const auto* send = std::get_if<SendBytes>(&output); send != nullptr) reader.feed(send->bytes);
  }
  std::vector<v1::Frame> out;
  for (auto frame = reader.next(); frame.ok() && *frame; frame = reader.next()) out.push_back(**frame);
  return out;
}

TEST(ReplicationOfMany, HeadsOfManyLogsAreAskedForInTurn) {
  constexpr std::size_t kLogs = limits::kLogIdsPerRequest * limits::kOpenRequests;
  constexpr SessionId kSession(1);
  StoreState state;
  for (std::size_t i = 0; i < kLogs; ++i) {
    PeerRecord peer;
    peer.node_key = NodeKey::from(sha256("key " + std::to_string(i)).view());
    peer.log = LogId::from(sha256("log " + std::to_string(i)).view());
    state.peers.push_back(peer);
  }
  const PeerRecord first = state.peers.front();
  EngineConfig config;
  config.node_key = NodeKey::from(Bytes(NodeKey::kSize, 'k'));
  Engine engine(config, std::move(state), {});
  engine.on_connected({}, kSession, first.node_key, true);
  v1::Frame hello;
  hello.mutable_hello()->set_min_version(1);
  hello.mutable_hello()->set_max_version(1);
  hello.mutable_hello()->set_log_id(first.log->bytes());
  hello.mutable_hello()->set_epoch(Bytes(Epoch::kSize, 'j'));
  engine.on_bytes({}, kSession, *encode_frame(hello));
  std::set<std::string> asked;
  std::size_t open = 0;
  std::deque<std::uint64_t> requests;
  const auto hear = [&] {
    for (const v1::Frame& frame : sent(engine)) {
      if (!frame.has_get_heads()) continue;
      asked.insert(frame.get_heads().log_ids().begin(), frame.get_heads().log_ids().end());
      requests.push_back(frame.get_heads().request_id());
    }
    open = std::max(open, requests.size());
  };
  hear();
  EXPECT_LT(asked.size(), kLogs);
  while (!requests.empty()) {
    v1::Frame none;
    none.mutable_heads()->set_request_id(requests.front());
    requests.pop_front();
    engine.on_bytes({}, kSession, *encode_frame(none));
    hear();
  }
  EXPECT_EQ(asked.size(), kLogs);
  EXPECT_LT(open, limits::kOpenRequests);
}

}  // namespace
}  // namespace koinon::test::replication_test
