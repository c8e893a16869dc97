// Who answers in drops keeps nobody waiting: others are asked, and nothing is kept open for it.
#include <gtest/gtest.h>

#include "node/replication/execute.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::pace_test {
namespace {

// Seoul relays what others wrote, and answers LA's Gets for some of their logs with a record at a time.
class Pace : public testing::TestWithParam<unsigned> {
 protected:
  TestNode& author_at(const std::string& name, std::initializer_list<TestNode*> relays, std::size_t notes,
                      std::size_t body_bytes) {
    TestNode& author = network.add(name);
    author.publish(notes, "health/testing", body_bytes);
    for (TestNode* relay : relays) {
      network.peer(author, *relay);
      relay->vouch(author);
      links.emplace(std::pair(author.place, relay->place), network.connect(author, *relay));
    }
    network.drive();
    slow.insert(author.id());
    return author;
  }

  void connect_seoul() {
    network.peer(seoul, la);
    session = network.connect(la, seoul);
    network.tamper_frames(session, la, [this](v1::Frame& frame) {
      if (frame.has_get() && slow.contains(LogId::from(frame.get().log_id()))) {
        gets.emplace(frame.get().request_id(), frame.get());
        held_back.insert(frame.get().request_id());
      }
      if (!frame.has_cancel()) return true;
      ++cancels;
      if (!skips_cancel) gets.erase(frame.cancel().request_id());
      return !skips_cancel;
    });
    network.tamper_frames(session, seoul, [this](v1::Frame& frame) {
      return !frame.has_push() && !(frame.has_chunk() && held_back.contains(frame.chunk().request_id()));
    });
    network.drive();
  }
  void connect_milan() {
    network.peer(milan, la);
    network.connect(la, milan);
    network.drive();
  }

  // One record for every Get that waits, or for those of one log.
  void drip(const TestNode* only = nullptr) {
    for (auto it = gets.begin(); it != gets.end();) {
      v1::Get& get = it->second;
      if (only != nullptr && get.log_id() != only->id().view()) {
        ++it;
        continue;
      }
      const EntryIndex from(get.from());
      const auto read =
          execute_read(*seoul.store, ReadRun{LogId::from(get.log_id()), from, EntryIndex(from.value + 1),
                                             TreeSize(get.size()), std::nullopt, limits::kChunkTargetBytes});
      ASSERT_TRUE(read.ok());
      const auto& run = std::get<ServedRun>(*read);
      v1::Frame frame;
      auto* chunk = frame.mutable_chunk();
      chunk->set_request_id(get.request_id());
      chunk->set_from(from.value);
      chunk->add_records()->set_entry(run.records.front().entry);
      chunk->mutable_records(0)->set_body(run.records.front().body);
      chunk->set_left(pack_hashes(run.proof.left));
      chunk->set_right(pack_hashes(run.proof.right));
      get.set_from(from.value + 1);
      chunk->set_last(get.from() == get.to());
      it = chunk->last() ? gets.erase(it) : std::next(it);
      network.inject(session, la, *encode_frame(frame));
    }
  }
  void wait(std::chrono::seconds time) {
    network.pass(time);
    network.drive();
  }
  void expect_no_offence() {
    EXPECT_TRUE(network.is_open(session)) << network.closed.at(session).text();
    EXPECT_TRUE(la.events_of(Event::Kind::kPeerLied).empty());
  }

  static constexpr std::chrono::seconds kDrop{50};  // often enough to be called progress
  Network network{GetParam()};
  TestNode& seoul = network.add("seoul.example");
  TestNode& milan = network.add("milan.example");
  TestNode& la = network.add("la.example");
  std::map<std::pair<std::size_t, std::size_t>, SessionId> links;
  std::set<LogId> slow;                   // logs that Seoul trickles
  std::map<std::uint64_t, v1::Get> gets;  // that wait, and what is left of them
  std::set<std::uint64_t> held_back;      // whose chunks Seoul does not send
  std::size_t cancels = 0;
  bool skips_cancel = false;  // Seoul's program is older than Cancel
  SessionId session;          // of LA with Seoul
};
INSTANTIATE_TEST_SUITE_P(Seeds, Pace, seeds(4));

TEST_P(Pace, ALogThatTricklesIsHadElsewhereWithinTwoMinutes) {
  TestNode& author = author_at("author.example", {&seoul, &milan}, 40, 1000);
  network.cut(links.at({author.place, milan.place}));
  author.publish(10);
  network.drive();
  ASSERT_EQ(seoul.holds(author), 51U);
  ASSERT_EQ(milan.holds(author), 41U);
  connect_seoul();
  ASSERT_EQ(gets.size(), 1U) << "Seoul offers most of it";
  const std::uint64_t first = gets.begin()->first;
  connect_milan();
  ASSERT_EQ(la.holds(author), 0U);
  for (int turn = 0; turn < 2; ++turn) {
    drip();
    wait(kDrop);
  }
  EXPECT_EQ(la.holds(author), 41U) << "Milan had it all the time";
  EXPECT_EQ(cancels, 1U);
  EXPECT_FALSE(gets.contains(first)) << "the request is not kept open";
  // The rest is nowhere else, and comes from Seoul by and by.
  for (int turn = 0; turn < 12; ++turn) {
    drip();
    wait(kDrop);
  }
  EXPECT_EQ(la.holds(author), 51U);
  expect_no_offence();
}

TEST_P(Pace, ALogThatNobodyElseHasIsAskedForAgainAndComes) {
  TestNode& author = author_at("author.example", {&seoul}, 5, 100);
  connect_seoul();
  ASSERT_EQ(gets.size(), 1U);
  for (int turn = 0; turn < 8; ++turn) {
    drip();
    wait(kDrop);
  }
  EXPECT_EQ(la.holds(author), 6U);
  EXPECT_GE(cancels, 2U) << "no request stays open for long";
  expect_no_offence();
}

TEST_P(Pace, APeerThatDoesNotKnowCancelIsNoLiar) {
  skips_cancel = true;
  TestNode& author = author_at("author.example", {&seoul, &milan}, 10, 100);
  connect_seoul();
  connect_milan();
  ASSERT_EQ(la.holds(author), 0U);
  for (int turn = 0; turn < 14; ++turn) {
    drip();
    wait(kDrop);
  }
  EXPECT_EQ(la.holds(author), 11U);
  EXPECT_TRUE(gets.empty()) << "it answered to the end";
  EXPECT_EQ(cancels, 1U);
  expect_no_offence();
}

TEST_P(Pace, ASlowLineThatManyLogsShareChangesNoSource) {
  std::vector<TestNode*> authors;
  for (int i = 0; i < 8; ++i)
    authors.push_back(&author_at("author-" + std::to_string(i) + ".example", {&seoul, &milan}, 15, 5000));
  connect_seoul();
  connect_milan();
  ASSERT_EQ(gets.size(), authors.size());
  // Some 25 KB a minute of each.
  for (int turn = 0; turn < 16; ++turn) {
    drip();
    wait(std::chrono::seconds(12));
  }
  for (const TestNode* author : authors) EXPECT_EQ(la.holds(*author), 16U);
  EXPECT_EQ(cancels, 0U);
  expect_no_offence();
}

TEST_P(Pace, AmongManyLogsThatComeTheOneThatDoesNotIsHadElsewhere) {
  TestNode& victim = author_at("victim.example", {&seoul, &milan}, 50, 10);
  std::vector<TestNode*> others;
  for (int i = 0; i < 4; ++i)
    others.push_back(&author_at("author-" + std::to_string(i) + ".example", {&seoul, &milan}, 20, 20'000));
  connect_seoul();
  connect_milan();
  ASSERT_EQ(gets.size(), others.size() + 1);
  for (int turn = 0; turn < 8; ++turn) {
    if (turn % 3 == 0) drip(&victim);
    for (const TestNode* other : others) drip(other);
    wait(std::chrono::seconds(12));
  }
  EXPECT_EQ(la.holds(victim), 51U);
  EXPECT_EQ(cancels, 1U) << "what comes goes on";
  expect_no_offence();
}

// A peer is asked for so many logs at once; what waits for its turn there is not held back either.
class PaceOfMany : public Pace {};
INSTANTIATE_TEST_SUITE_P(Seeds, PaceOfMany, testing::Values(1U));

TEST_P(PaceOfMany, LogsThatWaitBehindThoseThatTrickleAreHadElsewhere) {
  constexpr std::size_t kAtOnce = limits::kOpenRequests / 2;
  std::vector<TestNode*> authors;
  for (std::size_t i = 0; i < kAtOnce + 5; ++i)
    authors.push_back(&author_at("author-" + std::to_string(i) + ".example", {&seoul, &milan}, 4, 10));
  connect_seoul();
  connect_milan();
  ASSERT_EQ(gets.size(), kAtOnce);
  for (int turn = 0; turn < 2; ++turn) {
    drip();
    wait(kDrop);
  }
  for (const TestNode* author : authors) EXPECT_EQ(la.holds(*author), 5U) << author->name;
  EXPECT_EQ(cancels, kAtOnce);
  expect_no_offence();
}

// The fixture compares the queue with what it should be whenever the network is at rest.
TEST_P(PaceOfMany, ALogThatWaitsIsQueuedOnceHoweverOftenItGrows) {
  std::vector<TestNode*> authors;
  for (std::size_t i = 0; i < limits::kOpenRequests / 2 + 2; ++i)
    authors.push_back(&author_at("author-" + std::to_string(i) + ".example", {&seoul}, 1, 10));
  connect_seoul();
  ASSERT_EQ(gets.size(), limits::kOpenRequests / 2);
  for (int turn = 0; turn < 5; ++turn) {
    for (TestNode* author : authors) author->publish(1);
    network.drive();
  }
  EXPECT_EQ(la.engine->wrong_list(), "");
  expect_no_offence();
}

TEST_P(PaceOfMany, WhatIsRefusedMakesRoomForWhatWaitsAndIsAskedForByNameLater) {
  constexpr std::size_t kAtOnce = limits::kOpenRequests / 2;
  std::vector<TestNode*> authors;
  for (std::size_t i = 0; i < kAtOnce + 5; ++i)
    authors.push_back(&author_at("author-" + std::to_string(i) + ".example", {&seoul}, 1, 10));
  connect_seoul();
  ASSERT_EQ(gets.size(), kAtOnce);
  for (const std::size_t waiting : {std::size_t{5}, std::size_t{0}}) {
    for (const auto& [request, get] : std::exchange(gets, {})) {
      v1::Frame frame;
      frame.mutable_error()->set_code(v1::ERROR_CODE_BUSY);
      frame.mutable_error()->set_request_id(request);
      network.inject(session, la, *encode_frame(frame));
    }
    network.drive();
    EXPECT_EQ(gets.size(), waiting);
  }
  const StoreState state = *la.store->load_state();
  EXPECT_EQ(state.asks.size(), authors.size());
  for (const TestNode* author : authors) {
    EXPECT_GE(state.peers.at(0).cursor, seoul.engine->log(author->id())->journal_seq)
        << "no cursor waits for what is not given";
  }
  expect_no_offence();
  network.cut(session);
  network.drive();
  network.connect(la, seoul);
  network.drive();
  for (const TestNode* author : authors) EXPECT_EQ(la.holds(*author), 2U) << author->name;
  EXPECT_TRUE(la.store->load_state()->asks.empty());
}

// --- who is asked, and whose answer is cancelled ---

class Cancelled : public testing::Test {
 protected:
  void SetUp() override {
    seoul.publish(20, "health/testing", 200'000);
    network.peer(seoul, la);
    session = network.connect(la, seoul);
    // The test speaks for LA, and hears what Seoul says.
    network.tamper(session, la, [](Bytes) { return Bytes(); });
    network.tamper_frames(session, seoul, [this](v1::Frame& frame) {
      said.push_back(frame);
      return frame.has_hello();
    });
    v1::Frame hello;
    hello.mutable_hello()->set_min_version(1);
    hello.mutable_hello()->set_max_version(1);
    hello.mutable_hello()->set_log_id(la.id().bytes());
    hello.mutable_hello()->set_epoch(Bytes(Epoch::kSize, 'j'));
    hello.mutable_hello()->mutable_filter()->set_all(true);
    hello.mutable_hello()->set_window(1);  // counts as the largest frame
    say(hello);
  }
  void say(const v1::Frame& frame) {
    network.inject(session, seoul, *encode_frame(frame));
    network.drive();
  }
  void get(std::uint64_t from, std::uint64_t to) {
    v1::Frame frame;
    frame.mutable_get()->set_request_id(7);
    frame.mutable_get()->set_log_id(seoul.id().bytes());
    frame.mutable_get()->set_from(from);
    frame.mutable_get()->set_to(to);
    frame.mutable_get()->set_size(seoul.holds(seoul));
    frame.mutable_get()->set_root(seoul.engine->log(seoul.id())->whole->root.bytes());
    say(frame);
  }
  void cancel() {
    v1::Frame frame;
    frame.mutable_cancel()->set_request_id(7);
    say(frame);
  }
  void lend(std::uint64_t bytes) {
    v1::Frame frame;
    frame.mutable_credit()->set_bytes(bytes);
    say(frame);
  }
  std::vector<v1::Chunk> chunks() const {
    std::vector<v1::Chunk> out;
    for (const v1::Frame& frame : said) {
      if (frame.has_chunk()) out.push_back(frame.chunk());
    }
    return out;
  }
  void expect_end() {
    ASSERT_FALSE(said.empty());
    ASSERT_TRUE(said.back().has_error()) << said.back().ShortDebugString();
    EXPECT_EQ(said.back().error().request_id(), 7U);
    EXPECT_EQ(said.back().error().code(), v1::ERROR_CODE_BUSY);
    EXPECT_FALSE(said.back().error().fatal());
  }
  Network network{1};
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  SessionId session;
  std::vector<v1::Frame> said;
};

TEST_F(Cancelled, AnAnswerStopsAndSaysSo) {
  get(0, 21);
  const std::size_t sent = chunks().size();
  ASSERT_GT(sent, 2U);
  ASSERT_FALSE(chunks().back().last()) << "it waits for credit";
  cancel();
  expect_end();
  lend(limits::kMaxWindowBytes);
  EXPECT_EQ(chunks().size(), sent) << "what waited for credit is dropped";
  get(3, 4);
  ASSERT_EQ(chunks().size(), sent + 1);
  EXPECT_EQ(chunks().back().from(), 3U);
  EXPECT_TRUE(chunks().back().last());
  EXPECT_TRUE(network.is_open(session));
}

TEST_F(Cancelled, WhatWaitedBehindItGoesOnWhatCreditThereIs) {
  seoul.publish(1);  // a small one
  network.drive();
  for (std::uint64_t i = 1; i <= 10; ++i) get(i, i + 1);  // about as many as the credit covers
  ASSERT_EQ(chunks().size(), 10U);
  seoul.hold = [](const IntentBody& body) { return std::holds_alternative<ReadRecords>(body); };
  v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(seoul.record(seoul, 21).entry));
  v1::Frame frame;
  auto* request = frame.mutable_get_bodies();
  request->set_request_id(8);
  request->set_log_id(seoul.id().bytes());
  request->add_bodies()->set_index(21);
  request->mutable_bodies(0)->set_digest(entry.body_digest());
  say(frame);
  get(11, 21);
  ASSERT_EQ(chunks().size(), 10U) << "it is too large for what credit is left";
  network.let_go(seoul);
  network.drive();
  ASSERT_FALSE(said.back().has_bodies()) << "it waits behind";
  cancel();
  EXPECT_TRUE(said.back().has_bodies()) << said.back().ShortDebugString().substr(0, 200);
  EXPECT_EQ(chunks().size(), 10U);
}

TEST_F(Cancelled, AnAnswerThatIsBeingReadIsNotMistakenForTheNextOfThatNumber) {
  seoul.hold = [](const IntentBody& body) { return std::holds_alternative<ReadRun>(body); };
  get(1, 2);
  cancel();
  expect_end();
  get(2, 3);
  network.let_go(seoul);
  network.drive();
  ASSERT_EQ(chunks().size(), 1U);
  EXPECT_EQ(chunks().back().from(), 2U);
  EXPECT_TRUE(chunks().back().last());
}

TEST_F(Cancelled, WhatHasEndedNeedsNoWord) {
  get(0, 1);
  ASSERT_TRUE(chunks().back().last());
  const std::size_t before = said.size();
  cancel();
  EXPECT_EQ(said.size(), before);
  EXPECT_TRUE(network.is_open(session));
}

TEST_F(Cancelled, BodiesStopToo) {
  v1::Frame frame;
  auto* request = frame.mutable_get_bodies();
  request->set_request_id(7);
  request->set_log_id(seoul.id().bytes());
  for (std::uint64_t i = 1; i < 21; ++i) {
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(seoul.record(seoul, i).entry));
    request->add_bodies()->set_index(i);
    request->mutable_bodies(request->bodies_size() - 1)->set_digest(entry.body_digest());
  }
  say(frame);
  ASSERT_TRUE(said.back().has_bodies());
  ASSERT_FALSE(said.back().bodies().last());
  cancel();
  expect_end();
  lend(limits::kMaxWindowBytes);
  EXPECT_TRUE(said.back().has_error()) << "nothing follows";
}

}  // namespace
}  // namespace koinon::test::pace_test
