// Sessions: handshake, liveness, duplicates, credit.
#include <map>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"

namespace koinon::test::session_test {
namespace {

v1::Frame hello_of(const TestNode& node) {
  v1::Frame frame;
  auto* hello = frame.mutable_hello();
  hello->set_min_version(1);
  hello->set_max_version(1);
  hello->set_log_id(node.id().bytes());
  hello->set_epoch(Bytes(Epoch::kSize, 'j'));
  hello->mutable_filter()->set_all(true);
  return frame;
}

class Sessions : public testing::Test {
 protected:
  void SetUp() override {
    network.peer(seoul, la);
    session = network.connect(la, seoul);
    // What la sends never arrives; the tests speak for it.
    network.tamper(session, la, [](Bytes) { return Bytes(); });
  }
  void expect_closed(std::string_view words) {
    network.drive();
    EXPECT_FALSE(network.is_open(session));
    ASSERT_TRUE(network.closed.contains(session));
    EXPECT_NE(network.closed.at(session).text().find(words), std::string::npos)
        << network.closed.at(session).text();
  }
  Network network{1};
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  SessionId session;
};

TEST_F(Sessions, AnotherProtocolVersionIsRefusedWithAClearSentence) {
  v1::Frame hello = hello_of(la);
  hello.mutable_hello()->set_min_version(2);
  hello.mutable_hello()->set_max_version(3);
  network.inject(session, seoul, *encode_frame(hello));
  expect_closed("speaks protocol version 1, the peer 2 to 3");
}

TEST_F(Sessions, ANodeThatSpeaksForAnotherLogIsRefused) {
  v1::Frame hello = hello_of(la);
  hello.mutable_hello()->set_log_id(Bytes(32, 'x'));
  network.inject(session, seoul, *encode_frame(hello));
  expect_closed("another log than the one pinned");
}

TEST_F(Sessions, AnObserverIsPinnedWithoutALogAndMayNotClaimOne) {
  network.cut(session);
  PeerRecord observer = la.as_peer();
  observer.log.reset();
  observer.vkey.clear();
  const auto pin = [&] { return seoul.store->put_peer(observer); };
  EXPECT_EQ(seoul.change(pin).error().code, Code::kConflict) << "a pin is not another's by itself";
  ASSERT_TRUE(seoul.change([&] { return seoul.store->remove_peer(observer.node_key); }).ok());
  ASSERT_TRUE(seoul.change(pin).ok());
  EXPECT_FALSE(seoul.store->load_state()->peers.front().log);
  seoul.engine->on_peer_added(seoul.now, observer);
  EXPECT_FALSE(seoul.follows(la)) << "nobody's log is trusted by pinning an observer";
  session = network.connect(la, seoul);
  network.tamper(session, la, [](Bytes) { return Bytes(); });
  v1::Frame hello = hello_of(la);
  hello.mutable_hello()->clear_log_id();
  network.inject(session, seoul, *encode_frame(hello));
  network.drive();
  EXPECT_EQ(seoul.events_of(Event::Kind::kSessionReady).size(), 1U);
  network.cut(session);
  session = network.connect(la, seoul);
  network.tamper(session, la, [](Bytes) { return Bytes(); });
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  expect_closed("another log than the one pinned");
}

TEST_F(Sessions, AFrameBeforeHelloIsRefused) {
  v1::Frame ping;
  ping.mutable_ping()->set_nonce(1);
  network.inject(session, seoul, *encode_frame(ping));
  expect_closed("first frame was not Hello");
}

TEST_F(Sessions, HelloTwiceIsRefused) {
  const Bytes hello = *encode_frame(hello_of(la));
  network.inject(session, seoul, hello + hello);
  expect_closed("Hello came twice");
}

TEST_F(Sessions, SilenceBeforeHelloEndsTheSession) {
  network.advance(std::chrono::seconds(12));
  expect_closed("no Hello came in time");
}

TEST_F(Sessions, SilenceAfterTwoPingsEndsTheSession) {
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  network.advance(std::chrono::seconds(45));
  EXPECT_TRUE(network.is_open(session));
  network.advance(std::chrono::seconds(60));
  expect_closed("two pings");
}

TEST_F(Sessions, AFrameThatClaimsTooMuchIsRefusedAtItsLength) {
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  network.inject(session, seoul, BytesView("\x7f\xff\xff\xff", 4));
  expect_closed("2 MiB is the limit");
}

TEST_F(Sessions, AFrameThatDoesNotParseIsRefused) {
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  network.inject(session, seoul, BytesView("\0\0\0\x03\xff\xff\xff", 7));
  expect_closed("does not parse");
}

TEST_F(Sessions, ATruncatedFrameWaitsAndChangesNothing) {
  const Bytes hello = *encode_frame(hello_of(la));
  network.inject(session, seoul, hello.substr(0, hello.size() - 1));
  network.drive();
  EXPECT_TRUE(network.is_open(session));
  EXPECT_TRUE(seoul.events_of(Event::Kind::kSessionReady).empty());
  network.inject(session, seoul, hello.substr(hello.size() - 1));
  EXPECT_EQ((network.drive(), seoul.events_of(Event::Kind::kSessionReady).size()), 1U);
}

TEST_F(Sessions, AnAnswerToNothingIsRefused) {
  v1::Frame chunk;
  chunk.mutable_chunk()->set_request_id(99);
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  network.inject(session, seoul, *encode_frame(chunk));
  expect_closed("not asked for");
}

TEST_F(Sessions, WhatIsDroppedGivesItsCreditBack) {
  v1::Frame push;
  push.mutable_push()->mutable_chunk()->add_records()->set_entry(Bytes(limits::kMiB, 'x'));
  push.mutable_push()->mutable_head()->set_log_id(Bytes(32, 'x'));  // refused by policy, yet its bytes count
  const Bytes bytes = *encode_frame(push);
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  // Credit is returned as it is used; what is returned can be sent again for ever.
  for (int i = 0; i < 40; ++i) network.inject(session, seoul, bytes);
  EXPECT_TRUE((network.drive(), network.is_open(session)));
}

TEST(Credit, MoreThanWasLentIsRefused) {
  Network network(1);
  EngineConfig config;
  config.window = 1;  // counts as the largest frame
  TestNode& seoul = network.add("seoul.example", config);
  TestNode& la = network.add("la.example");
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  network.tamper(session, la, [](Bytes) { return Bytes(); });
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  // A push that continues what is held keeps its credit until it is verified, which nobody does here.
  v1::Frame push;
  auto* head = push.mutable_push()->mutable_head();
  head->set_log_id(la.id().bytes());
  head->set_checkpoint(la.engine->log(la.id())->whole->note);
  *head->mutable_identity() = to_message(la.own.identity());
  push.mutable_push()->mutable_chunk()->add_records()->set_entry(Bytes(1'200'000, 'x'));
  const Bytes bytes = *encode_frame(push);
  network.inject(session, seoul, bytes);
  network.inject(session, seoul, bytes);
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  ASSERT_TRUE(network.closed.contains(session));
  EXPECT_NE(network.closed.at(session).text().find("more was sent than credit"), std::string::npos)
      << network.closed.at(session).text();
}

TEST_F(Sessions, TooManyOpenRequestsAreRefused) {
  seoul.publish(2);
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  v1::Frame get;
  get.mutable_get()->set_log_id(seoul.id().bytes());
  get.mutable_get()->set_to(3);
  get.mutable_get()->set_size(3);
  get.mutable_get()->set_root(seoul.engine->log(seoul.id())->whole->root.bytes());
  for (std::uint64_t i = 1; i <= 65; ++i) {
    get.mutable_get()->set_request_id(i);
    network.inject(session, seoul, *encode_frame(get));
  }
  expect_closed("more than 64 requests");
}

TEST_F(Sessions, AGetOutOfRangeIsRefused) {
  network.inject(session, seoul, *encode_frame(hello_of(la)));
  v1::Frame get;
  get.mutable_get()->set_request_id(1);
  get.mutable_get()->set_log_id(seoul.id().bytes());
  get.mutable_get()->set_from(5);
  get.mutable_get()->set_to(3);
  get.mutable_get()->set_size(9);
  get.mutable_get()->set_root(Bytes(32, 'r'));
  network.inject(session, seoul, *encode_frame(get));
  expect_closed("out of range");
}

// A reader has an author's log from two others, whom it asks one after the other.
class Timeouts : public testing::Test {
 protected:
  void SetUp() override {
    for (TestNode* between : {&one, &two}) {
      network.peer(author, *between);
      network.peer(*between, reader);
      between->vouch(author);
      network.connect(author, *between);
    }
    author.publish(3);
    network.drive();
  }

  Network network{1};
  TestNode& author = network.add("author.example");
  TestNode& one = network.add("one.example");
  TestNode& two = network.add("two.example");
  TestNode& reader = network.add("reader.example");
};

// What a peer that fell silent was asked for is asked of another.
TEST_F(Timeouts, AnAnswerThatIsOverdueEndsNoOtherSession) {
  const SessionId first = network.connect(reader, one);
  bool asked = false;
  network.tamper_frames(first, reader, [&](v1::Frame& frame) {
    asked = asked || (frame.has_get() && frame.get().log_id() == author.id().view());
    return true;
  });
  network.tamper_frames(first, one, [&](v1::Frame&) { return !asked; });
  network.drive();
  const SessionId second = network.connect(reader, two);
  network.drive();
  ASSERT_TRUE(asked);
  ASSERT_EQ(reader.holds(author), 0U) << "it is waited for";
  network.advance(std::chrono::seconds(70));
  EXPECT_FALSE(network.is_open(first));
  EXPECT_TRUE(network.is_open(second)) << network.closed.at(second).text();
  EXPECT_EQ(reader.holds(author), 4U);
}

// Time goes on while a session ends: who is asked next is asked now, not when the one before was last heard.
TEST_F(Timeouts, WhoeverIsAskedNextHasItsWholeTime) {
  // Neither says anything once it is asked for entries.
  std::map<SessionId, bool> asked;
  const auto silence = [&](SessionId session, TestNode& node) {
    network.tamper_frames(session, reader, [this, &asked, session](v1::Frame& frame) {
      if (frame.has_get() && frame.get().log_id() == author.id().view()) asked[session] = true;
      return true;
    });
    network.tamper_frames(session, node, [&asked, session](v1::Frame&) { return !asked[session]; });
  };
  const SessionId first = network.connect(reader, one);
  silence(first, one);
  network.drive();
  const SessionId second = network.connect(reader, two);
  silence(second, two);
  network.drive();
  ASSERT_TRUE(asked[first]);
  ASSERT_FALSE(asked[second]);
  network.advance(limits::kRequestDeadline + std::chrono::seconds(5));
  EXPECT_FALSE(network.is_open(first));
  ASSERT_TRUE(asked[second]);
  EXPECT_TRUE(network.is_open(second)) << network.closed.at(second).text();
  network.advance(limits::kRequestDeadline);
  EXPECT_FALSE(network.is_open(second));
}

TEST(Duplicates, BothSidesDiallingAtOnceLeavesOneSession) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Network network(seed);
    TestNode& seoul = network.add("seoul.example");
    TestNode& la = network.add("la.example");
    network.peer(seoul, la);
    const SessionId one = network.connect(la, seoul);
    for (unsigned i = 0; i < seed; ++i) network.step();
    const SessionId two = network.connect(seoul, la);
    network.drive();
    EXPECT_NE(network.is_open(one), network.is_open(two)) << seed;
    // The one dialled by the lower node key stays.
    EXPECT_EQ(network.is_open(one), la.config.node_key < seoul.config.node_key) << seed;
    seoul.publish(1);
    network.drive();
    EXPECT_EQ(la.holds(seoul), 2U) << seed;
  }
}

TEST(Duplicates, OfTwoByTheSameDiallerTheNewerStays) {
  Network network(3);
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  network.peer(seoul, la);
  const SessionId old = network.connect(la, seoul);
  network.drive();
  const SessionId fresh = network.connect(la, seoul);
  network.drive();
  EXPECT_FALSE(network.is_open(old));
  EXPECT_TRUE(network.is_open(fresh));
}

}  // namespace
}  // namespace koinon::test::session_test
