// Cursors alone: how far a peer's journal may be left behind.
#include "node/engine/cursors.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "node/engine/parts.h"

namespace koinon::test::cursors_test {
namespace {

using namespace engine;

const LogId kLog = LogId::from(Bytes(32, 'a'));
const LogId kOther = LogId::from(Bytes(32, 'b'));
const NodeKey kPeer = NodeKey::from(Bytes(32, 'p'));
const Epoch kEpoch = Epoch::from(Bytes(Epoch::kSize, 'j'));
const SessionId kSession(1);

// The store holds row 2 of the peer's journal as the cursor.
StoreState stored() {
  StoreState state;
  PeerRecord peer;
  peer.node_key = kPeer;
  peer.epoch = kEpoch;
  peer.cursor = JournalSeq(2);
  state.peers = {peer};
  state.asks = {{kPeer, kLog}};
  LogState log;
  log.id = kLog;
  state.logs = {log};
  return state;
}

class CursorsAlone : public testing::Test {
 protected:
  CursorsAlone() : link(parts.links.connect(kSession, kPeer, true)), cursors(parts.cursors) {
    link.ready = true;
    link.peer_epoch = kEpoch;
    cursors.begin(link);
  }

  std::uint64_t after(const LogId& log = LogId(), std::uint64_t row = 0) const {
    const auto cursor = cursors.after(link, log, JournalSeq(row));
    return cursor ? cursor->seq.value : 0;
  }
  // The cursor that is given to the store in the outputs since the last call; 0: none.
  std::uint64_t given() {
    outputs = parts.effects.take_outputs();
    std::uint64_t out = 0;
    for (const Output& output : outputs) {
      const auto* intent = std::get_if<Intent>(&output);
      if (intent == nullptr) continue;
      if (const auto* commit = std::get_if<CommitCursor>(&intent->body); commit != nullptr) {
        EXPECT_EQ(out, 0U) << "one at a time";
        EXPECT_EQ(commit->cursor.peer, kPeer);
        EXPECT_EQ(commit->cursor.epoch, link.peer_epoch);
        out = commit->cursor.seq.value;
        saving = intent->id;
      }
    }
    return out;
  }
  // Of the outputs of the last `given`.
  std::size_t asks_closed() const {
    return static_cast<std::size_t>(std::count_if(outputs.begin(), outputs.end(), [](const Output& output) {
      const auto* intent = std::get_if<Intent>(&output);
      const auto* asks = intent == nullptr ? nullptr : std::get_if<CommitAsks>(&intent->body);
      return asks != nullptr && !asks->open;
    }));
  }

  Parts parts{{}, stored(), {}};
  Link& link;
  Cursors& cursors;
  std::vector<Output> outputs;
  IntentId saving;
};

TEST_F(CursorsAlone, WeGoOnWhereTheStoreSays) {
  EXPECT_EQ(after(), 0U);
  cursors.pass(link, JournalSeq(2));
  EXPECT_EQ(after(), 0U) << "the store holds it";
  cursors.pass(link, JournalSeq(3));
  EXPECT_EQ(after(), 3U);
  cursors.pass(link, JournalSeq(1));
  EXPECT_EQ(after(), 3U) << "a cursor never goes back";
}

TEST_F(CursorsAlone, InAnotherEpochNothingIsPassedAndTheStoredCursorStaysUntilOneIsSaved) {
  parts.links.lost(link, "the cable");
  Link& next = parts.links.connect(SessionId(2), kPeer, true);
  next.peer_epoch = Epoch::from(Bytes(Epoch::kSize, 'k'));
  cursors.begin(next);
  EXPECT_EQ(parts.peers.find(kPeer)->cursor, JournalSeq(2)) << "the peer goes on from it if we ask again";
  EXPECT_EQ(parts.peers.find(kPeer)->epoch, kEpoch);
  cursors.pass(next, JournalSeq(1));
  ASSERT_TRUE(cursors.after(next, LogId(), JournalSeq()));
  EXPECT_EQ(cursors.after(next, LogId(), JournalSeq())->seq, JournalSeq(1)) << "below that of the old epoch";
  EXPECT_EQ(cursors.after(next, LogId(), JournalSeq())->epoch, next.peer_epoch);
  cursors.note_saved(next, JournalSeq(1));
  EXPECT_EQ(parts.peers.find(kPeer)->cursor, JournalSeq(1));
  EXPECT_EQ(parts.peers.find(kPeer)->epoch, next.peer_epoch);
}

TEST_F(CursorsAlone, AnOpenRowHoldsTheCursorBeforeIt) {
  cursors.open(link, kLog, JournalSeq(5));
  cursors.open(link, kOther, JournalSeq(7));
  cursors.pass(link, JournalSeq(9));
  EXPECT_EQ(after(), 4U);
  EXPECT_EQ(after(kLog, 5), 6U) << "once the row is done";
  EXPECT_EQ(after(kOther, 7), 4U);
  cursors.settle(kSession, kOther, JournalSeq(7));
  EXPECT_EQ(given(), 4U);
  parts.effects.answer({saving, Answer(Done{})});
  EXPECT_EQ(parts.peers.find(kPeer)->cursor, JournalSeq(4));
  cursors.settle(kSession, kLog, JournalSeq(5));
  EXPECT_EQ(given(), 9U);
}

TEST_F(CursorsAlone, ARowThatIsOpenBeforeItsTurnTakesNoRowBeforeItAlong) {
  cursors.open(link, kLog, JournalSeq(7));
  EXPECT_EQ(after(), 0U) << "rows up to 2 are told";
  cursors.pass(link, JournalSeq(4));
  EXPECT_EQ(after(), 4U);
  cursors.pass(link, JournalSeq(9));
  EXPECT_EQ(after(), 6U);
}

TEST_F(CursorsAlone, ALaterRowOfTheSameLogStaysOpen) {
  cursors.open(link, kLog, JournalSeq(5));
  cursors.open(link, kLog, JournalSeq(8));
  cursors.pass(link, JournalSeq(9));
  EXPECT_EQ(after(), 7U) << "the later row takes the place of the older one";
  EXPECT_EQ(after(kLog, 5), 7U);
  cursors.settle(kSession, kLog, JournalSeq(5));
  EXPECT_EQ(given(), 7U);
  parts.effects.answer({saving, Answer(Done{})});
  cursors.settle(kSession, kLog, JournalSeq(8));
  EXPECT_EQ(given(), 9U);
}

TEST_F(CursorsAlone, AHeadWithoutARowOrWithAnOlderOneChangesNothingOfTheOpenRow) {
  cursors.open(link, kLog, JournalSeq(0));
  cursors.pass(link, JournalSeq(9));
  EXPECT_EQ(after(), 9U) << "outside the journal nothing is open";
  cursors.open(link, kLog, JournalSeq(6));
  cursors.open(link, kLog, JournalSeq(4));
  cursors.open(link, kLog, JournalSeq(0));
  EXPECT_EQ(after(), 5U);
}

TEST_F(CursorsAlone, NoCursorMovesWhileEvidenceIsNotKept) {
  cursors.hold(kLog, Cursors::Untaken::kEvidence);
  cursors.hold(kOther, Cursors::Untaken::kStatements);
  cursors.pass(link, JournalSeq(9));
  EXPECT_EQ(after(), 0U);
  cursors.save(link);
  cursors.settle(kSession, kLog, JournalSeq(9));
  EXPECT_EQ(given(), 0U);
  cursors.let_go(kLog, Cursors::Untaken::kEvidence);
  EXPECT_EQ(given(), 0U) << "that of the other log is not kept yet";
  cursors.let_go(kOther, Cursors::Untaken::kStatements);
  EXPECT_EQ(given(), 9U);
}

TEST_F(CursorsAlone, OneCommitAtATimeAndOneThatFailedIsRepeatedLater) {
  cursors.pass(link, JournalSeq(3));
  cursors.save(link);
  EXPECT_EQ(given(), 3U);
  cursors.pass(link, JournalSeq(4));
  cursors.save(link);
  EXPECT_EQ(given(), 0U);
  parts.effects.answer({saving, Answer(Done{})});
  EXPECT_EQ(given(), 4U) << "what came meanwhile";
  parts.effects.answer({saving, fail(Code::kDiskFull, "no room")});
  EXPECT_EQ(given(), 0U);
  EXPECT_EQ(parts.peers.find(kPeer)->cursor, JournalSeq(3));
  cursors.save(link);
  EXPECT_EQ(given(), 4U);
}

TEST_F(CursorsAlone, WhatARunSavedIsNotSavedAgain) {
  cursors.pass(link, JournalSeq(6));
  cursors.note_saved(link, JournalSeq(6));
  EXPECT_EQ(parts.peers.find(kPeer)->cursor, JournalSeq(6));
  cursors.note_saved(link, JournalSeq(5));
  EXPECT_EQ(parts.peers.find(kPeer)->cursor, JournalSeq(6));
  cursors.save(link);
  EXPECT_EQ(given(), 0U);
}

TEST_F(CursorsAlone, ASettledRowSettlesTheAskUnlessTheLogRestsOrNothingWasAnswered) {
  cursors.settle(kSession, kLog, JournalSeq(3), false);
  EXPECT_EQ(given(), 0U);
  EXPECT_EQ(asks_closed(), 0U);
  Log& log = parts.logs.at(kLog);
  parts.intake.begin_rest(log);
  cursors.settle(kSession, kLog, JournalSeq(3));
  EXPECT_EQ(given(), 0U);
  EXPECT_EQ(asks_closed(), 0U) << "more may be there than this row told of";
  parts.effects.begin_input({limits::kRest, {}});
  (void)parts.intake.wake();
  cursors.settle(kSession, kLog, JournalSeq(3));
  EXPECT_EQ(given(), 0U);
  EXPECT_EQ(asks_closed(), 1U);
}

TEST_F(CursorsAlone, ALinkThatHasEndedIsNoMatter) {
  cursors.open(link, kLog, JournalSeq(5));
  cursors.pass(link, JournalSeq(9));
  parts.links.lost(link, "the cable");
  cursors.settle(kSession, kLog, JournalSeq(5));
  EXPECT_EQ(given(), 0U);
  EXPECT_EQ(asks_closed(), 0U);
}

}  // namespace
}  // namespace koinon::test::cursors_test
