// Epochs that followers name: known ones are resumed, lost ones prove that the store was put back, all others
// prove nothing and cost nothing.
#include "tests/engine/alone.h"
#include "tests/engine/network.h"
#include "tests/engine/our_epochs.h"

namespace koinon::engine::test::epochs_test {
namespace {

EngineConfig config() {
  EngineConfig out;
  out.epochs = own_epochs(our_key());
  return out;
}

// The store knew epochs 2 and 3 when it was opened, and has begun 4; in 3 it came to row 1, now to row 2.
StoreState state(std::uint32_t handled = 0) {
  StoreState out = pinned({kMilan, kOslo}, {state_of(kMilan, 3, 1), state_of(kOslo, 2, 2)});
  out.epochs = {{ours(2), JournalSeq(0), {}}, {ours(3), JournalSeq(1), {}}, {ours(4), {}, {}}};
  out.epoch_handled = handled;
  return out;
}

class EpochsAlone : public Alone {
 protected:
  explicit EpochsAlone(StoreState begun = state()) : Alone(std::move(begun), config()) {}

  void follow(Link& from, const Bytes& epoch, std::uint64_t cursor = 1) {
    v1::Frame frame;
    frame.mutable_follow()->set_epoch(epoch);
    frame.mutable_follow()->set_cursor(cursor);
    parts.take(from, frame, 0);
    look();
  }
  void follow(Link& from, const Epoch& epoch, std::uint64_t cursor = 1) {
    follow(from, Bytes(epoch.view()), cursor);
  }
  // The rows that were told.
  std::vector<std::uint64_t> rows_to(const Link& to) {
    std::vector<std::uint64_t> out;
    for (const v1::Frame& frame : said_to(to)) {
      for (const v1::Head& head : frame.heads().heads()) out.push_back(head.journal_seq());
    }
    return out;
  }
  void expect_no_proof() {
    EXPECT_EQ(told(Event::Kind::kRolledBack), 0U);
    EXPECT_TRUE(asked<BeginEpoch>().empty());
    EXPECT_EQ(parts.journal.epoch(), ours(4));
  }

  Link& link = connect('\1');
};

using Rows = std::vector<std::uint64_t>;

TEST_F(EpochsAlone, ACursorOfAnEpochThatHasEndedGoesOnAtItsEndAtTheLatest) {
  follow(link, ours(3), 7);
  EXPECT_EQ(rows_to(link), Rows{2}) << "rows 2 to 7 of that epoch were lost; row 2 is another one now";
  expect_no_proof();
}

TEST_F(EpochsAlone, WithoutAnEpochEverythingIsTold) {
  follow(link, Bytes());
  EXPECT_EQ(rows_to(link), (Rows{1, 2}));
  expect_no_proof();
}

TEST_F(EpochsAlone, AForgedEpochProvesNothingAndIsAnsweredFromTheBeginning) {
  Epoch forged = ours(900);
  forged.data[Epoch::kSize - 1] ^= 1;
  follow(link, forged);
  EXPECT_EQ(rows_to(link), (Rows{1, 2}));
  expect_no_proof();
  EXPECT_EQ(lies_of(link), 0U);
  const SigningKey other = SigningKey::from_seed(Bytes(kSeedBytes, 'o'));
  follow(connect('\2'), make_epoch(EpochKey(other), 900, Bytes(kEpochRandomBytes, 'r')));
  expect_no_proof();
}

TEST_F(EpochsAlone, AnOldEpochThatTheStoreHasForgottenProvesNothing) {
  follow(link, ours(1));
  EXPECT_EQ(rows_to(link), (Rows{1, 2}));
  expect_no_proof();
  follow(connect('\2'), ours(3, 'x'));  // a start that an earlier rollback has lost
  expect_no_proof();
}

TEST_F(EpochsAlone, AnEpochOfAnotherLengthIsALie) {
  follow(link, Bytes(16, 'j'));
  EXPECT_TRUE(link.ended);
  EXPECT_EQ(lies_of(link), 1U);
}

TEST_F(EpochsAlone, ALostOneBringsANewEpochInWhichAllBeginAnew) {
  Link& other = connect('\2');
  follow(link, ours(6));
  EXPECT_EQ(rows_to(link), (Rows{1, 2})) << "and it is told everything meanwhile";
  EXPECT_EQ(told(Event::Kind::kRolledBack), 1U);
  const auto begin = asked<BeginEpoch>();
  ASSERT_EQ(begin.size(), 1U);
  EXPECT_EQ(begin[0].intent.shown, 6U);
  EXPECT_FALSE(link.ended);

  answer(begin[0].id,
         Answer(EpochBegun{{{ours(3), JournalSeq(1), {}}, {ours(4), JournalSeq(2), {}}, {ours(7), {}, {}}}}));
  EXPECT_EQ(parts.journal.epoch(), ours(7));
  EXPECT_TRUE(link.ended && other.ended);
  EXPECT_EQ(lies_of(link), 0U);
  settle();

  // The same, and lower ones, are handled; a higher one that was lost as well is not.
  follow(connect('\1'), ours(6));
  EXPECT_TRUE(asked<BeginEpoch>().empty());
  follow(connect('\2'), ours(4), 2);
  EXPECT_TRUE(asked<BeginEpoch>().empty()) << "it is known, and has ended";
  settle();
  parts.links.lost(*parts.links.with_peer(key_of<NodeKey>('\1')), "the cable");
  settle();
  follow(connect('\1'), ours(9));
  ASSERT_EQ(asked<BeginEpoch>().size(), 1U);
  EXPECT_EQ(asked<BeginEpoch>()[0].intent.shown, 9U);
}

TEST_F(EpochsAlone, TheCounterOfThisStartMayBeThatOfALostOne) {
  follow(link, ours(4, 'x'));
  EXPECT_EQ(told(Event::Kind::kRolledBack), 1U) << "the store knew none above 3 before this start";
  ASSERT_EQ(asked<BeginEpoch>().size(), 1U);
}

TEST_F(EpochsAlone, WhatTheStoreCannotTakeIsTriedAgain) {
  follow(link, ours(6));
  answer(asked<BeginEpoch>().at(0).id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_FALSE(link.ended);
  EXPECT_EQ(parts.journal.epoch(), ours(4));
  begin(parts.epochs.next_timer());
  parts.epochs.run_timers();
  look();
  ASSERT_EQ(asked<BeginEpoch>().size(), 1U);
  EXPECT_EQ(asked<BeginEpoch>()[0].intent.shown, 6U);
  EXPECT_EQ(parts.epochs.next_timer(), MonoTime::max()) << "one at a time";
}

class EpochsHandled : public EpochsAlone {
 protected:
  EpochsHandled() : EpochsAlone(state(6)) {}
};

TEST_F(EpochsHandled, OneThatWasHandledBeforeThisStartProvesNothing) {
  follow(link, ours(6));
  expect_no_proof();
  follow(connect('\2'), ours(7));
  EXPECT_EQ(asked<BeginEpoch>().size(), 1U);
}

// --- whole nodes ---

using koinon::test::Network;
using koinon::test::TestNode;

// The disk was full when it was opened.
class EpochsLate : public EpochsAlone {
 protected:
  static StoreState not_begun() {
    StoreState out = state();
    out.epochs.pop_back();
    out.epoch_begun = false;
    return out;
  }
  EpochsLate() : EpochsAlone(not_begun()) {}
};

TEST_F(EpochsLate, BeforeItHasBegunThereIsNoQuestionThatAnAnswerCouldName) {
  EXPECT_EQ(parts.brought.question(), std::nullopt);
  parts.epochs.begin_late();
  look();
  answer(asked<BeginEpoch>().at(0).id,
         Answer(EpochBegun{{{ours(2), JournalSeq(0), {}}, {ours(3), JournalSeq(1), {}}, {ours(4), {}, {}}}}));
  ASSERT_TRUE(parts.brought.question());
  EXPECT_EQ(parts.brought.question()->epoch, ours(4));
}

TEST(EpochsOfNodes, AFollowersCursorOutlivesTheRestartsOfItsSource) {
  Network network(1);
  TestNode& seoul = network.add("seoul.example");
  TestNode& milan = network.add("milan.example");
  TestNode& la = network.add("la.example");
  network.peer(seoul, milan);
  network.peer(seoul, la);
  seoul.vouch(milan);
  const SessionId source = network.connect(seoul, milan);
  SessionId session = network.connect(la, seoul);
  network.drive();
  seoul.publish(2);
  network.drive();
  network.cut(source);
  network.drive();
  ASSERT_EQ(la.holds(seoul), 4U);
  ASSERT_EQ(la.holds(milan), 1U) << "LA does not tell Seoul what it holds of Milan: its cursor does";
  const auto heads_in = [&] { return la.engine->sessions().at(0).counts.heads_in; };
  for (int start = 0; start < 3; ++start) {
    network.cut(session);
    network.drive();
    seoul.restart();
    session = network.connect(la, seoul);
    network.drive();
    EXPECT_EQ(heads_in(), 0U) << "it was told all in epochs before";
    seoul.publish(1);
    network.drive();
  }
  EXPECT_EQ(la.holds(seoul), 7U);
}

TEST(EpochsOfNodes, APeerThatShowsALostEpochIsToldEverythingInANewOne) {
  Network network(2);
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  network.peer(seoul, la);
  const SessionId first = network.connect(la, seoul);
  const Epoch lost = seoul.config.epochs.make(1000);
  network.tamper_frames(first, la, [&](v1::Frame& frame) {
    if (frame.has_follow()) frame.mutable_follow()->set_epoch(Bytes(lost.view()));
    return true;
  });
  network.drive();
  EXPECT_EQ(seoul.events_of(Event::Kind::kRolledBack).size(), 1U);
  EXPECT_FALSE(network.is_open(first));
  EXPECT_TRUE(la.events_of(Event::Kind::kPeerLied).empty());
  EXPECT_TRUE(seoul.events_of(Event::Kind::kPeerLied).empty());
  EXPECT_EQ(*seoul.store->epoch_handled(), 1000U);
  EXPECT_EQ(counter_of(**seoul.store->epoch()), 1001U);
  network.connect(la, seoul);
  seoul.publish(2);
  network.drive();
  EXPECT_EQ(la.holds(seoul), 3U);
  EXPECT_EQ(seoul.events_of(Event::Kind::kRolledBack).size(), 1U);
}

}  // namespace
}  // namespace koinon::engine::test::epochs_test
