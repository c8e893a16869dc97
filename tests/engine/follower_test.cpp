// What a peer's news means, without a network: heads, cursors and pushes that come in, and what is asked,
// taken and said because of them.
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "tests/engine/alone.h"

namespace koinon::engine::test::follower_test {
namespace {

constexpr std::uint64_t kQuota = 100;  // entries of one log
constexpr std::size_t kFrame = 100;    // that a push counts for, bytes

EngineConfig with_quota() {
  EngineConfig config;
  config.log_entries = kQuota;
  return config;
}

// A head's signed note, whose signature nobody looks at before VerifyHeads or VerifyRun.
Bytes note_of(const LogIdentity& identity, std::uint64_t size, const Hash& root) {
  SignedNote note;
  note.text = Checkpoint{identity.origin(), TreeSize(size), root}.text();
  note.signatures.push_back({identity.origin(), 1, Bytes(64, 's')});
  return note.encode();
}

v1::Head head_of(const LogIdentity& identity, std::uint64_t size, std::uint64_t row,
                 const Hash& root = key_of<Hash>('r')) {
  v1::Head out;
  out.set_log_id(identity.log_id().bytes());
  out.set_checkpoint(note_of(identity, size, root));
  out.set_journal_seq(row);
  *out.mutable_identity() = to_message(identity);
  return out;
}

v1::Heads heads_of(const std::vector<v1::Head>& heads, std::uint64_t request_id = 0) {
  v1::Heads out;
  out.set_request_id(request_id);
  for (const v1::Head& head : heads) *out.add_heads() = head;
  return out;
}

v1::Push push_of(const v1::Head& head, std::uint64_t from, int entries) {
  v1::Push out;
  *out.mutable_head() = head;
  out.mutable_chunk()->set_from(from);
  out.mutable_chunk()->set_last(true);
  for (int i = 0; i < entries; ++i) out.mutable_chunk()->add_records()->set_entry("an entry");
  return out;
}

// Two peers, whose logs are Milan's and Oslo's: of Milan's two entries are held, of Oslo's nothing is known.
class FollowerAlone : public Alone {
 protected:
  FollowerAlone() : Alone(pinned({kMilan, kOslo}, {state_of(kMilan, 2, 1)}), with_quota()) {}
  void TearDown() override {
    EXPECT_EQ(parts.fetcher.wrong_list(), "");
    EXPECT_EQ(parts.offers.wrong_list(parts.logs), "");
  }

  void come(Link& link, const v1::Heads& heads) {
    parts.follower.on_heads(link, heads);
    look();
  }
  void come(Link& link, const v1::Push& push) {
    parts.follower.on_push(link, push, kFrame);
    look();
  }
  void come_cursor(Link& link, std::uint64_t seq) {
    v1::Cursor cursor;
    cursor.set_seq(seq);
    parts.follower.on_cursor(link, cursor);
    look();
  }
  // The signatures of the heads that came last verify.
  void verify() {
    const auto checks = asked<VerifyHeads>();
    ASSERT_EQ(checks.size(), 1U);
    HeadsVerified out;
    for (const VerifyHeads::Item& item : checks[0].intent.items) {
      const auto note = parse_note(item.note);
      ASSERT_TRUE(note.ok());
      const auto checkpoint = parse_checkpoint_text(note->text);
      ASSERT_TRUE(checkpoint.ok());
      out.emplace_back(HeadVerified{*checkpoint, {}});
    }
    answer(checks[0].id, Answer(std::move(out)));
  }
  void show(Link& link, const v1::Head& head) {
    come(link, heads_of({head}));
    verify();
  }
  // The Get that was said to the link last; a number of 0: none.
  v1::Get get_of(const Link& link) { return last_said(link, &v1::Frame::has_get, &v1::Frame::get); }
  bool is_pruned(const Link& link) {
    const auto& said = said_to(link);
    return std::any_of(said.begin(), said.end(), [](const v1::Frame& frame) {
      return frame.has_prune() && frame.prune().log_id() == kMilan.log_id().bytes();
    });
  }
  // The cursor that was given to the store last; 0: none.
  std::uint64_t cursor() const {
    const auto commits = asked<CommitCursor>();
    return commits.empty() ? 0 : commits.back().intent.cursor.seq.value;
  }
  void keep_cursor() { answer(asked<CommitCursor>().at(0).id, Answer(Done{})); }
  void expect_lie(Link& link) {
    EXPECT_TRUE(link.ended);
    EXPECT_EQ(lies_of(link), 1U);
    EXPECT_TRUE(asked<VerifyHeads>().empty());
    EXPECT_TRUE(asked<VerifyRun>().empty());
    settle();
  }

  Log& log = parts.logs.at(kMilan.log_id());
  Link& one = connect('\1');
  Link& other = connect('\2');
};

// --- heads ---

TEST_F(FollowerAlone, AHeadIsFetchedOnceItsSignatureVerifiesAndItsRowStaysOpen) {
  const v1::Head head = head_of(kMilan, 5, 4);
  come(one, heads_of({head}));
  const auto checks = asked<VerifyHeads>();
  ASSERT_EQ(checks.size(), 1U);
  ASSERT_EQ(checks[0].intent.items.size(), 1U);
  EXPECT_EQ(checks[0].intent.items[0].note, head.checkpoint());
  EXPECT_EQ(checks[0].intent.items[0].keys.vkey().key, kMilan.signing_key);
  EXPECT_EQ(one.unverified, 1U);
  EXPECT_EQ(get_of(one).request_id(), 0U) << "nothing is believed before";
  verify();
  EXPECT_EQ(one.unverified, 0U);
  EXPECT_EQ(get_of(one).from(), 2U);
  EXPECT_EQ(get_of(one).to(), 5U);
  EXPECT_EQ(cursor(), 3U) << "the row is done once the entries are stored";
  EXPECT_EQ(parts.holdings.of(one, log.id()), TreeSize(5));
}

TEST_F(FollowerAlone, AHeadWhoseSignatureDoesNotVerifyIsALieAndWhatComesBehindItIsNotTaken) {
  come(one, heads_of({head_of(kMilan, 5, 4), head_of(kOslo, 5, 5)}));
  HeadsVerified verified;
  verified.emplace_back(fail(Code::kBadSignature, "it is not signed by its log"));
  verified.emplace_back(HeadVerified{Checkpoint{kOslo.origin(), TreeSize(5), key_of<Hash>('r')}, {}});
  answer(asked<VerifyHeads>().at(0).id, Answer(std::move(verified)));
  EXPECT_EQ(get_of(one).request_id(), 0U);
  EXPECT_EQ(parts.logs.find(kOslo.log_id()), nullptr);
  EXPECT_EQ(cursor(), 0U);
  expect_lie(one);
}

TEST_F(FollowerAlone, HeadsThatBreakARuleAreALie) {
  std::vector<v1::Heads> wrong(4, heads_of({head_of(kOslo, 5, 4)}));
  wrong[0].set_request_id(99);  // nobody asked for them
  for (std::size_t i = 0; i < limits::kHeadsPerFrame; ++i) *wrong[1].add_heads() = wrong[1].heads(0);
  wrong[2].mutable_heads(0)->set_log_id("short");
  wrong[3].mutable_heads(0)->set_checkpoint(Bytes(limits::kHeadNoteBytes + 1, 'n'));
  char number = '\3';
  for (const v1::Heads& heads : wrong) {
    Link& link = connect(number++);
    come(link, heads);
    expect_lie(link);
  }
  Link& link = connect(number);
  v1::Head another = head_of(kOslo, 5, 4);
  *another.mutable_identity() = to_message(kRome);
  come(link, heads_of({another}));
  EXPECT_EQ(said_to(link).back().error().code(), v1::ERROR_CODE_BAD_SIGNATURE);
  expect_lie(link);
}

TEST_F(FollowerAlone, TheFirstHeadOfALogBringsItsIdentityWhichIsKept) {
  show(one, head_of(kOslo, 5, 4));
  const Log* oslo = parts.logs.find(kOslo.log_id());
  ASSERT_NE(oslo, nullptr);
  EXPECT_EQ(oslo->state().identity(), kOslo);
  EXPECT_EQ(get_of(one).log_id(), kOslo.log_id().bytes());
  EXPECT_EQ(get_of(one).from(), 0U);
  v1::Head next = head_of(kOslo, 6, 4);
  next.clear_identity();
  show(other, next);
  EXPECT_FALSE(other.ended);
}

TEST_F(FollowerAlone, ALogOutOfPolicyAFrozenOneAndAHeadThatWeHoldPassAtOnce) {
  come(one, heads_of({head_of(kRome, 5, 4)}));
  EXPECT_TRUE(asked<VerifyHeads>().empty());
  EXPECT_EQ(parts.logs.find(kRome.log_id()), nullptr);
  EXPECT_EQ(cursor(), 4U);
  keep_cursor();
  v1::Head same = head_of(kMilan, 2, 6);
  same.set_checkpoint("a head");
  come(one, heads_of({same}));
  EXPECT_TRUE(asked<VerifyHeads>().empty());
  EXPECT_EQ(cursor(), 6U);
  EXPECT_EQ(parts.holdings.of(one, log.id()), TreeSize(2));
  EXPECT_EQ(asked<CommitAsks>().size(), 1U) << "it need not be asked for that log by name";
  keep_cursor();
  parts.logs.freeze(log);
  come(one, heads_of({head_of(kMilan, 5, 8)}));
  EXPECT_TRUE(asked<VerifyHeads>().empty());
  EXPECT_EQ(cursor(), 8U);
}

TEST_F(FollowerAlone, AHeadBeyondTheQuotaPassesAndIsSaidOnce) {
  show(one, head_of(kMilan, kQuota + 1, 4));
  EXPECT_EQ(get_of(one).request_id(), 0U);
  EXPECT_EQ(cursor(), 4U);
  EXPECT_EQ(told(Event::Kind::kNotice), 1U);
  EXPECT_TRUE(parts.follower.is_over_quota(log));
  show(other, head_of(kMilan, kQuota + 2, 4));
  EXPECT_EQ(told(Event::Kind::kNotice), 0U);
  show(other, head_of(kMilan, kQuota, 5));
  EXPECT_EQ(get_of(other).to(), kQuota) << "so many are taken";
}

TEST_F(FollowerAlone, OfALogThatRestsNothingIsAskedAndItsRowPasses) {
  parts.intake.begin_rest(log);
  show(one, head_of(kMilan, 5, 4));
  EXPECT_EQ(get_of(one).request_id(), 0U);
  EXPECT_EQ(parts.offers.of(log, one.id), nullptr);
  EXPECT_EQ(cursor(), 4U);
}

TEST_F(FollowerAlone, AnotherRootOfTheSizeThatWeHoldIsAForkAndTheCursorWaitsForTheEvidence) {
  show(one, head_of(kMilan, 2, 4, key_of<Hash>('x')));
  const auto evidence = asked<CommitEvidence>();
  ASSERT_EQ(evidence.size(), 1U);
  EXPECT_TRUE(log.state().frozen);
  EXPECT_FALSE(one.ended) << "who relays a fork is not its author";
  EXPECT_EQ(cursor(), 0U);
  answer(evidence[0].id, Answer(RunStored{JournalSeq(2)}));
  EXPECT_EQ(cursor(), 4U);
  EXPECT_EQ(told(Event::Kind::kForked), 1U);
}

TEST_F(FollowerAlone, AnOldHeadPassesOnceItsRootIsLookedAt) {
  show(one, head_of(kMilan, 1, 4));
  EXPECT_EQ(get_of(one).request_id(), 0U);
  EXPECT_EQ(cursor(), 3U);
  const auto root = asked<ReadRoot>();
  ASSERT_EQ(root.size(), 1U);
  EXPECT_EQ(root[0].intent.size, TreeSize(1));
  keep_cursor();
  answer(root[0].id, Answer(key_of<Hash>('r')));
  EXPECT_EQ(cursor(), 4U);
  EXPECT_FALSE(log.state().frozen);
}

TEST_F(FollowerAlone, HeadsThatAnswerAGetEndItAndSayNothingOfRowsBefore) {
  show(one, head_of(kMilan, 9, 0));
  const std::uint64_t request = get_of(one).request_id();
  ASSERT_NE(request, 0U);
  come(one, heads_of({head_of(kMilan, 4, 7)}, request));
  EXPECT_EQ(parts.fetcher.current(log), nullptr);
  verify();
  EXPECT_EQ(get_of(one).to(), 4U) << "its own head takes the place of what it offered";
  EXPECT_EQ(cursor(), 0U) << "rows before the seventh may be yet to come";
  come(one, heads_of({}, request));
  EXPECT_TRUE(one.ended) << "that request has its answer";
  settle();
}

TEST_F(FollowerAlone, HeadsThatAnswerACancelledGetAreNoOffence) {
  parts.links.cancel(one, 7);
  come(one, heads_of({}, 7));
  EXPECT_FALSE(one.ended);
  EXPECT_TRUE(one.given_up.empty()) << "that request is open no longer";
}

// --- cursors ---

TEST_F(FollowerAlone, ACursorPassesRowsButNoOpenOneAndNeverGoesBack) {
  come_cursor(one, 3);
  EXPECT_EQ(cursor(), 3U);
  keep_cursor();
  come_cursor(one, 2);
  EXPECT_EQ(cursor(), 0U);
  come(one, heads_of({head_of(kMilan, 5, 6)}));
  EXPECT_EQ(cursor(), 0U) << "nobody has looked at its signature";
  come_cursor(one, 9);
  EXPECT_EQ(cursor(), 5U);
}

// --- pushes ---

TEST_F(FollowerAlone, APushThatContinuesTheLogIsCheckedWithItsHeadAndNothingIsAsked) {
  const v1::Head head = head_of(kMilan, 3, 4);
  come(one, push_of(head, 2, 1));
  const auto checks = asked<VerifyRun>();
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].intent.head_note, head.checkpoint()) << "its signature is checked too";
  EXPECT_EQ(checks[0].intent.from, EntryIndex(2));
  EXPECT_EQ(checks[0].intent.size, TreeSize(3));
  EXPECT_EQ(checks[0].intent.root, key_of<Hash>('r'));
  EXPECT_TRUE(asked<VerifyHeads>().empty());
  EXPECT_TRUE(said_to(one).empty());
  come_cursor(one, 9);
  EXPECT_EQ(cursor(), 3U) << "its row is open";
}

TEST_F(FollowerAlone, APushThatDoesNotLeadFromOurEndToItsHeadCountsAsItsHeadAlone) {
  std::uint64_t row = 0;
  // It begins before our end; beyond it; it ends before its head; it has no entry.
  for (const v1::Push& push :
       {push_of(head_of(kMilan, 3, ++row), 1, 2), push_of(head_of(kMilan, 4, ++row), 3, 1),
        push_of(head_of(kMilan, 5, ++row), 2, 1), push_of(head_of(kMilan, 6, ++row), 2, 0)}) {
    const std::size_t owed = one.owed;
    come(one, push);
    EXPECT_TRUE(asked<VerifyRun>().empty()) << row;
    EXPECT_EQ(one.owed, owed + kFrame) << "its credit comes back";
    EXPECT_FALSE(is_pruned(one)) << "it is news";
    const auto checks = asked<VerifyHeads>();
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].intent.items.at(0).note, push.head().checkpoint());
  }
  verify();
  EXPECT_EQ(get_of(one).from(), 2U);
  EXPECT_EQ(get_of(one).to(), 6U);
  EXPECT_EQ(cursor(), 0U) << "a push says nothing of the rows before";
}

TEST_F(FollowerAlone, APushWithoutNewsIsAnsweredWithPruneAndNothingIsChecked) {
  v1::Head same = head_of(kMilan, 2, 4);
  same.set_checkpoint("a head");
  come(one, push_of(same, 1, 1));
  EXPECT_TRUE(is_pruned(one));
  EXPECT_EQ(one.counts.duplicates_in, 1U);
  EXPECT_EQ(one.owed, kFrame);
  EXPECT_TRUE(asked<VerifyRun>().empty());
  EXPECT_TRUE(asked<VerifyHeads>().empty());
}

TEST_F(FollowerAlone, APushOfALogThatPolicyRefusesIsAnsweredWithPrune) {
  come(one, push_of(head_of(kRome, 1, 4), 0, 1));
  ASSERT_EQ(said_to(one).size(), 1U);
  EXPECT_EQ(said_to(one)[0].prune().log_id(), kRome.log_id().bytes());
  EXPECT_EQ(one.owed, kFrame);
  EXPECT_EQ(parts.logs.find(kRome.log_id()), nullptr);
}

TEST_F(FollowerAlone, APushOfWhatComesFromAnotherIsAnsweredWithPruneAndItsHeadIsStillAnOffer) {
  show(other, head_of(kMilan, 4, 1));
  ASSERT_NE(get_of(other).request_id(), 0U);
  come(one, push_of(head_of(kMilan, 3, 1), 2, 1));
  EXPECT_TRUE(is_pruned(one));
  EXPECT_EQ(one.counts.duplicates_in, 1U);
  EXPECT_TRUE(asked<VerifyRun>().empty());
  verify();
  ASSERT_NE(parts.offers.of(log, one.id), nullptr) << "should the other fail";
  ASSERT_NE(parts.fetcher.current(log), nullptr);
  EXPECT_EQ(parts.fetcher.current(log)->source, other.id);
}

TEST_F(FollowerAlone, APushTakesThePlaceOfAGetElsewhereThatBroughtNothingYet) {
  show(other, head_of(kMilan, 3, 1));
  const std::uint64_t request = get_of(other).request_id();
  ASSERT_NE(request, 0U);
  come(one, push_of(head_of(kMilan, 3, 1), 2, 1));
  EXPECT_EQ(asked<VerifyRun>().size(), 1U);
  EXPECT_FALSE(is_pruned(one));
  ASSERT_EQ(said_to(other).size(), 1U);
  EXPECT_EQ(said_to(other)[0].cancel().request_id(), request);
}

TEST_F(FollowerAlone, OfALogThatRestsAPushIsAnsweredWithPrune) {
  parts.intake.begin_rest(log);
  come(one, push_of(head_of(kMilan, 3, 4), 2, 1));
  EXPECT_TRUE(is_pruned(one));
  EXPECT_TRUE(asked<VerifyRun>().empty());
  EXPECT_EQ(asked<VerifyHeads>().size(), 1U) << "a fork would still be seen";
}

TEST_F(FollowerAlone, APushWithoutItsHeadOrWithOneThatDoesNotParseIsALie) {
  std::vector<v1::Push> wrong(3, push_of(head_of(kMilan, 3, 4), 2, 1));
  wrong[0].clear_head();
  wrong[1].mutable_head()->set_checkpoint("no note");
  wrong[2].mutable_chunk()->set_left("no hashes");
  char number = '\3';
  for (const v1::Push& push : wrong) {
    Link& link = connect(number++);
    come(link, push);
    expect_lie(link);
  }
  EXPECT_EQ(parts.fetcher.current(log), nullptr);
}

TEST_F(FollowerAlone, AHeadOfAnUnknownLogWithoutItsIdentityIsAskedForByName) {
  v1::Head head = head_of(kOslo, 5, 5);
  head.clear_identity();
  come(other, heads_of({head}));
  EXPECT_EQ(lies_of(other), 0U) << "it believes that we hold the log, which we did once";
  EXPECT_FALSE(other.ended);
  EXPECT_TRUE(asked<VerifyHeads>().empty());
  const auto ask = last_said(other, &v1::Frame::has_get_heads, &v1::Frame::get_heads);
  ASSERT_EQ(ask.log_ids_size(), 1);
  EXPECT_EQ(ask.log_ids(0), kOslo.log_id().bytes());
  come(other, heads_of({head}));
  EXPECT_TRUE(said_to(other).empty()) << "once in a session";
  come(other, heads_of({head}, ask.request_id()));
  EXPECT_TRUE(said_to(other).empty()) << "nor because the answer does not say it";
  EXPECT_TRUE(asked<VerifyHeads>().empty());
}

// --- our own log ---

// A node whose own log is Milan's, of which it holds two entries.
class FollowerOfItsOwnLog : public Alone {
 protected:
  static StoreState stored() {
    StoreState state = pinned({kOslo}, {state_of(kMilan, 2, 1)});
    state.own_log = kMilan.log_id();
    return state;
  }
  FollowerOfItsOwnLog() : Alone(stored()) {}

  Link& one = connect('\1');
};

TEST_F(FollowerOfItsOwnLog, WhoShowsMoreOfItThanWeHoldIsAskedForIt) {
  parts.follower.on_heads(one, heads_of({head_of(kMilan, 3, 4)}));
  look();
  const auto checks = asked<VerifyHeads>();
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_FALSE(parts.fetcher.current(parts.logs.at(kMilan.log_id()))) << "nobody has looked at its signature";
  answer(
      checks[0].id,
      Answer(HeadsVerified{HeadVerified{Checkpoint{kMilan.origin(), TreeSize(3), key_of<Hash>('r')}, {}}}));
  EXPECT_TRUE(parts.fetcher.current(parts.logs.at(kMilan.log_id())));
  parts.settle();
  EXPECT_EQ(parts.standing.view().state, SigningState::kBehind);
  EXPECT_FALSE(parts.logs.at(kMilan.log_id()).state().frozen);
}

TEST_F(FollowerOfItsOwnLog, WhatAPeerHasSeenOfItIsNotTakenForWhatItHolds) {
  parts.follower.on_heads(one, heads_of({head_of(kMilan, 3, 4)}));
  look();
  const auto checks = asked<VerifyHeads>();
  ASSERT_EQ(checks.size(), 1U);
  answer(
      checks[0].id,
      Answer(HeadsVerified{HeadVerified{Checkpoint{kMilan.origin(), TreeSize(3), key_of<Hash>('r')}, {}}}));
  EXPECT_FALSE(parts.holdings.of(one, kMilan.log_id())) << "it would not be told of what it lacks";
}

}  // namespace
}  // namespace koinon::engine::test::follower_test
