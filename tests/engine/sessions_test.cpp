// May this peer talk, and is it alive, without a network: deadlines, pings, credit, and which of two
// connections stays.
#include "tests/engine/alone.h"

namespace koinon::engine::test::sessions_test {
namespace {

class SessionsAlone : public Alone {
 protected:
  SessionsAlone() : Alone(pinned({kMilan})) {}

  // A connection with peer `number`; nothing if it was ended at once.
  Link* dial(std::uint64_t session, bool by_us, char number = '\1') {
    parts.sessions.on_connected(SessionId(session), key_of<NodeKey>(number), by_us);
    look();
    return parts.links.find(SessionId(session));
  }
  void check(Link& link, MonoTime at) {
    begin(at);
    parts.sessions.check_liveness(link);
    look();
  }
  std::size_t pings_to(const Link& link) {
    const auto& said = said_to(link);
    return static_cast<std::size_t>(
        std::count_if(said.begin(), said.end(), [](const v1::Frame& frame) { return frame.has_ping(); }));
  }
  bool comes(Link& link, const v1::Frame& frame, std::size_t size = 10) {
    const bool may = parts.sessions.on_frame(link, frame, size);
    look();
    return may;
  }

  const MonoTime interval = limits::kPingInterval;
  const MonoTime deadline = limits::kPongDeadline;
};

TEST_F(SessionsAlone, WhoIsNotPinnedOrIsShunnedIsNotGreeted) {
  EXPECT_EQ(dial(1, true, '\7'), nullptr);
  parts.peers.note_lie(key_of<NodeKey>('\1'), "a lie");
  EXPECT_EQ(dial(2, true), nullptr);
  begin(limits::kLieBackoff);
  EXPECT_NE(dial(3, true), nullptr);
}

TEST_F(SessionsAlone, AnEngineThatShutsDownGreetsNobody) {
  parts.sessions.shut_down();
  EXPECT_EQ(dial(1, true), nullptr);
}

TEST_F(SessionsAlone, HelloIsDueInTime) {
  Link* link = dial(1, true);
  ASSERT_NE(link, nullptr);
  ASSERT_FALSE(said_to(*link).empty());
  EXPECT_TRUE(said_to(*link)[0].has_hello());
  EXPECT_EQ(parts.sessions.next_timer(*link), MonoTime(limits::kHelloDeadline));
  begin(MonoTime(limits::kHelloDeadline) - MonoTime(1));
  EXPECT_EQ(parts.sessions.overdue(*link), nullptr);
  begin(limits::kHelloDeadline);
  EXPECT_NE(parts.sessions.overdue(*link), nullptr);
  link->ready = true;
  EXPECT_EQ(parts.sessions.overdue(*link), nullptr);
}

TEST_F(SessionsAlone, AQuietPeerIsPingedAndEndedAfterTwoPingsWithoutAnswer) {
  Link& link = connect('\1');
  EXPECT_EQ(parts.sessions.next_timer(link), interval);
  check(link, interval - MonoTime(1));
  EXPECT_EQ(pings_to(link), 0U);
  check(link, interval);
  EXPECT_EQ(pings_to(link), 1U);
  EXPECT_EQ(parts.sessions.next_timer(link), interval + deadline);
  check(link, interval + deadline);
  EXPECT_FALSE(link.ended);
  check(link, 2 * interval);
  EXPECT_EQ(pings_to(link), 1U) << "the second";
  check(link, 2 * interval + deadline);
  EXPECT_TRUE(link.ended);
  EXPECT_EQ(lies_of(link), 0U) << "to be gone is no lie";
}

TEST_F(SessionsAlone, AnyFrameSaysThatThePeerIsAlive) {
  Link& link = connect('\1');
  check(link, interval);
  check(link, interval + deadline);
  v1::Frame frame;
  frame.mutable_cursor();
  EXPECT_TRUE(comes(link, frame));
  check(link, 2 * interval);
  EXPECT_EQ(pings_to(link), 0U) << "it was heard a moment ago";
  check(link, 2 * interval + deadline);
  check(link, 2 * interval + 2 * deadline);
  EXPECT_FALSE(link.ended);
}

TEST_F(SessionsAlone, OfTwoConnectionsThatOfTheLowerKeyStays) {
  // Our own key is all zeros, and so the lower one.
  ASSERT_NE(dial(1, false), nullptr);
  EXPECT_NE(dial(2, true), nullptr);
  EXPECT_EQ(parts.links.find(SessionId(1)), nullptr);
  EXPECT_EQ(dial(3, false), nullptr);
  EXPECT_NE(parts.links.find(SessionId(2)), nullptr);
}

TEST_F(SessionsAlone, OfTwoByTheSameDiallerTheNewerStays) {
  ASSERT_NE(dial(1, true), nullptr);
  EXPECT_NE(dial(2, true), nullptr);
  EXPECT_EQ(parts.links.find(SessionId(1)), nullptr);
}

TEST_F(SessionsAlone, OneThatIsSilentForTwoPingsLosesToAny) {
  Link* silent = dial(1, true);
  ASSERT_NE(silent, nullptr);
  check(*silent, interval);
  check(*silent, interval + deadline);
  check(*silent, 2 * interval);
  begin(2 * interval + deadline);
  parts.sessions.check_liveness(*silent);
  EXPECT_NE(dial(2, false), nullptr);
  EXPECT_EQ(parts.links.find(SessionId(1)), nullptr);
}

TEST_F(SessionsAlone, BeforeHelloNothingElseMayCome) {
  Link& link = *dial(1, true);
  v1::Frame frame;
  frame.mutable_heads();
  EXPECT_FALSE(comes(link, frame));
  EXPECT_TRUE(link.ended);
  EXPECT_EQ(lies_of(link), 1U);
}

TEST_F(SessionsAlone, WhatIsLentMayBeUsedAndNoMore) {
  Link& link = connect('\1');
  link.lent = 100;
  v1::Frame chunk;
  chunk.mutable_chunk();
  EXPECT_TRUE(comes(link, chunk, 100));
  v1::Frame heads;
  heads.mutable_heads();
  EXPECT_TRUE(comes(link, heads, 100)) << "it needs no credit";
  EXPECT_FALSE(comes(link, chunk, 1));
  EXPECT_EQ(lies_of(link), 1U);
}

TEST_F(SessionsAlone, WhoAsksAndDoesNotReadIsEndedAndIsNoLiar) {
  Link& link = connect('\1');
  link.queued = limits::kSendQueueHardBytes + 1;
  v1::Frame frame;
  frame.mutable_get_heads();
  EXPECT_FALSE(comes(link, frame));
  EXPECT_TRUE(link.ended);
  EXPECT_EQ(lies_of(link), 0U);
}

}  // namespace
}  // namespace koinon::engine::test::sessions_test
