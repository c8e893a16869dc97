// The largest head that was seen of a peer's log: what keeps it, and whom an answer waits for.
#include <tuple>

#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "tests/engine/alone.h"
#include "tests/engine/network.h"

namespace koinon::engine::test::seen_heads_test {
namespace {

Bytes note_of(const LogIdentity& identity, std::uint64_t size) {
  SignedNote note;
  note.text = Checkpoint{identity.origin(), TreeSize(size), key_of<Hash>('r')}.text();
  note.signatures.push_back({identity.origin(), 1, Bytes(64, 's')});
  return note.encode();
}

v1::Head head_of(const LogIdentity& identity, std::uint64_t size, std::uint64_t row) {
  v1::Head out;
  out.set_log_id(identity.log_id().bytes());
  out.set_checkpoint(note_of(identity, size));
  out.set_journal_seq(row);
  *out.mutable_identity() = to_message(identity);
  return out;
}

// Three cities are pinned; two entries of Milan's log are held, of the others nothing is known.
class SeenHeadsAlone : public Alone {
 protected:
  SeenHeadsAlone() : Alone(pinned({kMilan, kOslo, kRome}, {state_of(kMilan, 2, 1)})) {}

  // Milan pushes its third entry. The check of it.
  IntentId push(Link& from) {
    v1::Push push;
    *push.mutable_head() = head_of(kMilan, 3, 4);
    push.mutable_chunk()->set_from(2);
    push.mutable_chunk()->set_last(true);
    push.mutable_chunk()->add_records()->set_entry("an entry");
    parts.follower.on_push(from, push, 100);
    look();
    const auto checks = asked<VerifyRun>();
    EXPECT_EQ(checks.size(), 1U);
    return checks.empty() ? IntentId() : checks[0].id;
  }
  static Answer proven() {
    RunVerified out;
    CompactRange before;
    for (int i = 0; i < 2; ++i) before.append(key_of<Hash>('e'));
    out.left = before.hashes();
    out.records.push_back({EntryIndex(2), "an entry", {}, BodyState::kHeld, {}});
    out.leaves.push_back(key_of<Hash>('e'));
    out.after = before;
    out.after.append(key_of<Hash>('e'));
    return Answer(std::move(out));
  }
  void block(const LogIdentity& city) {
    parts.trust.set_blocked(city.log_id(), true);
    parts.news.policy_changed(parts.admission.recompute());
    look();
  }
  void show(Link& from, const v1::Head& head) {
    v1::Heads heads;
    *heads.add_heads() = head;
    parts.follower.on_heads(from, heads);
    look();
  }
  // The time has come at which the store is tried again.
  void try_store_again() {
    begin(parts.store.retry_at());
    ASSERT_TRUE(parts.store.begin_try());
    parts.news.store_back();
    look();
  }
  void follow(Link& link) { parts.seen.note_followed(link, JournalSeq(kRow)); }
  bool caught_up_for(char number) { return parts.seen.caught_up(key_of<NodeKey>(number)); }
  void expect_seen(const LogIdentity& city, std::uint64_t size) {
    const auto commits = asked<CommitSeen>();
    ASSERT_EQ(commits.size(), 1U);
    EXPECT_EQ(commits[0].intent.seen.log, city.log_id());
    EXPECT_EQ(commits[0].intent.seen.head.size, TreeSize(size));
  }

  static constexpr std::uint64_t kRow = 5;  // that each peer's journal has come to
};

// --- pushes ---

TEST_F(SeenHeadsAlone, AProvenPushIsRememberedThoughItsSessionHasEnded) {
  Link& one = connect('\1');
  const IntentId check = push(one);
  cut(one);
  EXPECT_EQ(parts.seen.largest_size(kMilan.log_id()), TreeSize(2)) << "nobody has looked at its signature";
  answer(check, proven());
  EXPECT_TRUE(asked<CommitRun>().empty());
  expect_seen(kMilan, 3);
  EXPECT_EQ(parts.seen.largest_size(kMilan.log_id()), TreeSize(3));
}

TEST_F(SeenHeadsAlone, APushThatDoesNotVerifyIsNot) {
  Link& one = connect('\1');
  const IntentId check = push(one);
  cut(one);
  answer(check, fail(Code::kBadSignature, "it is not signed by Milan"));
  EXPECT_TRUE(asked<CommitSeen>().empty());
  EXPECT_EQ(parts.seen.largest_size(kMilan.log_id()), TreeSize(2));
}

// A run is not durable.
TEST_F(SeenHeadsAlone, APushedHeadIsWrittenByItselfThoughItsEntriesBringItToo) {
  answer(push(connect('\1')), proven());
  const auto runs = asked<CommitRun>();
  ASSERT_EQ(runs.size(), 1U);
  expect_seen(kMilan, 3);
  EXPECT_TRUE(CommitSeen::kKind.durable);
  EXPECT_EQ(parts.seen.largest_size(kMilan.log_id()), TreeSize(3));
  answer(asked<CommitSeen>()[0].id, Answer(Done{}));
  RunStored stored;
  stored.journal_seq = JournalSeq(2);
  answer(runs[0].id, Answer(stored));
  EXPECT_TRUE(asked<CommitSeen>().empty()) << "once";
  parts.news.store_back();
  look();
  EXPECT_TRUE(asked<CommitSeen>().empty());
}

TEST_F(SeenHeadsAlone, AHeadThatTheStoreRefusesIsWrittenLaterThoughItsRunWasStored) {
  answer(push(connect('\1')), proven());
  const auto runs = asked<CommitRun>();
  ASSERT_EQ(runs.size(), 1U);
  expect_seen(kMilan, 3);
  answer(asked<CommitSeen>()[0].id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_TRUE(parts.store.has_failed());
  RunStored stored;
  stored.journal_seq = JournalSeq(2);
  answer(runs[0].id, Answer(stored));
  try_store_again();
  expect_seen(kMilan, 3);
  answer(asked<CommitSeen>()[0].id, Answer(Done{}));
  EXPECT_FALSE(parts.store.has_failed());
  parts.news.store_back();
  look();
  EXPECT_TRUE(asked<CommitSeen>().empty()) << "it is written";
}

// Nothing else was given to the store that could have failed, and nobody tells of the head again once its row
// has been passed.
TEST_F(SeenHeadsAlone, OneThatCameAloneIsTriedAgainByItselfAndCursorsWaitForIt) {
  Link& two = connect('\2');
  block(kOslo);
  show(two, head_of(kOslo, 7, 4));
  answer(asked<VerifyHeads>().at(0).id,
         Answer(HeadsVerified{HeadVerified{Checkpoint{kOslo.origin(), TreeSize(7), key_of<Hash>('r')}, {}}}));
  const auto writes = asked<CommitSeen>();
  const auto cursors = asked<CommitCursor>();
  ASSERT_EQ(writes.size(), 1U);
  ASSERT_EQ(cursors.size(), 1U);
  answer(writes[0].id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_TRUE(parts.store.has_failed());
  answer(cursors[0].id, fail(Code::kDiskFull, "the disk is full"));
  show(two, head_of(city("basel"), 2, 5));
  EXPECT_TRUE(asked<CommitCursor>().empty());
  try_store_again();
  expect_seen(kOslo, 7);
  answer(asked<CommitSeen>()[0].id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_TRUE(parts.store.has_failed());
  EXPECT_TRUE(asked<CommitCursor>().empty());
  try_store_again();
  answer(asked<CommitSeen>().at(0).id, Answer(Done{}));
  ASSERT_EQ(asked<CommitCursor>().size(), 1U) << "no further word of the peer is needed";
  EXPECT_EQ(asked<CommitCursor>()[0].intent.cursor.seq, JournalSeq(5));
}

TEST_F(SeenHeadsAlone, ALargerHeadThatIsWrittenTakesThePlaceOfOneThatWasRefused) {
  Link& two = connect('\2');
  block(kOslo);
  std::vector<IntentId> writes;
  for (const std::uint64_t size : {7U, 8U}) {
    show(two, head_of(kOslo, size, size));
    answer(asked<VerifyHeads>().at(0).id,
           Answer(HeadsVerified{
               HeadVerified{Checkpoint{kOslo.origin(), TreeSize(size), key_of<Hash>('r')}, {}}}));
    writes.push_back(asked<CommitSeen>().at(0).id);
  }
  answer(writes[1], Answer(Done{}));
  answer(writes[0], fail(Code::kDiskFull, "the disk is full"));
  EXPECT_FALSE(parts.seen.has_refused());
}

// --- logs that are blocked, and of which nothing is loaded ---

TEST_F(SeenHeadsAlone, AHeadOfAPeersBlockedLogIsRememberedAndNothingElse) {
  Link& two = connect('\2');
  block(kOslo);
  ASSERT_EQ(parts.logs.find(kOslo.log_id()), nullptr);
  show(two, head_of(kOslo, 7, 4));
  const auto checks = asked<VerifyHeads>();
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id,
         Answer(HeadsVerified{HeadVerified{Checkpoint{kOslo.origin(), TreeSize(7), key_of<Hash>('r')}, {}}}));
  expect_seen(kOslo, 7);
  ASSERT_EQ(asked<CommitCursor>().size(), 1U) << "its row is done";
  EXPECT_EQ(asked<CommitCursor>()[0].intent.cursor.seq, JournalSeq(4));
  EXPECT_EQ(parts.logs.find(kOslo.log_id()), nullptr);
  EXPECT_TRUE(said_to(two).empty()) << "nothing of it is asked for";
}

TEST_F(SeenHeadsAlone, WhoDoesNotSayABlockedLogsIdentityIsNoLiar) {
  Link& two = connect('\2');
  block(kOslo);
  v1::Head head = head_of(kOslo, 7, 4);
  head.clear_identity();
  show(two, head);
  EXPECT_TRUE(asked<VerifyHeads>().empty());
  EXPECT_FALSE(two.ended);
  EXPECT_EQ(lies_of(two), 0U);
}

TEST_F(SeenHeadsAlone, OfABlockedLogAPushCountsAsItsHeadAlone) {
  Link& one = connect('\1');
  Link& two = connect('\2');
  block(kMilan);
  block(kOslo);
  for (const auto& [link, city, from] :
       {std::tuple(&one, kMilan, std::uint64_t{2}), std::tuple(&two, kOslo, std::uint64_t{0})}) {
    v1::Push push;
    *push.mutable_head() = head_of(city, from + 1, 4);
    push.mutable_chunk()->set_from(from);
    push.mutable_chunk()->set_last(true);
    push.mutable_chunk()->add_records()->set_entry("an entry");
    parts.follower.on_push(*link, push, 100);
    look();
    EXPECT_TRUE(asked<VerifyRun>().empty());
    EXPECT_EQ(asked<VerifyHeads>().size(), 1U);
  }
  EXPECT_EQ(parts.logs.find(kOslo.log_id()), nullptr);
}

// --- whom an answer waits for ---

TEST_F(SeenHeadsAlone, WhoIsToBeReachedIsWaitedForByAllOthers) {
  for (const char number : {'\1', '\2'}) {
    Link& link = connect(number);
    parts.seen.begin(link, JournalSeq(kRow));
    follow(link);
  }
  EXPECT_FALSE(caught_up_for('\1')) << "Rome has not come";
  EXPECT_TRUE(caught_up_for('\3')) << "whoever asks is not waited for";
  EXPECT_FALSE(caught_up_for('\4')) << "of no city here";
  parts.peers.unpin(key_of<NodeKey>('\3'));
  EXPECT_TRUE(caught_up_for('\1'));
  PeerRecord rome;
  rome.node_key = key_of<NodeKey>('\3');
  parts.peers.pin(rome);
  EXPECT_FALSE(caught_up_for('\1'));
  begin(limits::kReachWait);
  EXPECT_TRUE(caught_up_for('\1'));
}

TEST_F(SeenHeadsAlone, TheLongestThatIsToBeFollowedIsWaitedForButNotByItself) {
  const MonoTime at = limits::kReachWait;
  const MonoTime later = at + MonoTime(std::chrono::seconds(1));
  begin(at);
  Link& one = connect('\1');
  parts.seen.begin(one, JournalSeq(kRow));
  EXPECT_TRUE(caught_up_for('\1'));
  EXPECT_FALSE(caught_up_for('\2'));
  begin(later);
  Link& two = connect('\2');
  parts.seen.begin(two, JournalSeq(kRow));
  for (const char number : {'\1', '\2', '\3'}) EXPECT_FALSE(caught_up_for(number));
  begin(at + limits::kFollowWait);
  EXPECT_FALSE(caught_up_for('\1')) << "it waits for the second a moment longer";
  EXPECT_TRUE(caught_up_for('\2'));
  EXPECT_FALSE(caught_up_for('\3'));
  follow(two);
  EXPECT_TRUE(caught_up_for('\3'));
}

TEST_F(SeenHeadsAlone, APeerIsWaitedForOnlySoLongOverAllItsSessions) {
  MonoTime now = limits::kReachWait;
  begin(now);
  Link& first = connect('\1');
  parts.seen.begin(first, JournalSeq(kRow));
  now += limits::kFollowWait - MonoTime(std::chrono::seconds(1));
  begin(now);
  EXPECT_FALSE(caught_up_for('\2'));
  cut(first);
  EXPECT_TRUE(caught_up_for('\2')) << "it is gone";
  parts.seen.begin(connect('\1'), JournalSeq(kRow));
  EXPECT_FALSE(caught_up_for('\2'));
  begin(now + std::chrono::seconds(1));
  EXPECT_TRUE(caught_up_for('\2'));
}

// --- whole nodes ---

using koinon::test::Network;
using koinon::test::TestNode;

TEST(SeenHeadsOfNodes, WhatABlockedPeerSignsAfterARestartIsKeptForIt) {
  Network network(1);
  TestNode& seoul = network.add("seoul.example");
  TestNode& milan = network.add("milan.example");
  network.peer(seoul, milan);
  SessionId session = network.connect(seoul, milan);
  network.drive();
  seoul.publish(2);
  network.drive();
  network.cut(session);
  network.drive();
  EXPECT_TRUE(milan.change([&] { return milan.store->remove_log(seoul.id(), milan.now.wall); }).ok());
  EXPECT_TRUE(milan.change([&] { return milan.store->set_blocked(seoul.id(), true); }).ok());
  milan.restart();
  seoul.publish(3);
  session = network.connect(seoul, milan);
  network.drive();
  network.advance(std::chrono::seconds(2));
  EXPECT_TRUE(network.is_open(session));
  EXPECT_TRUE(milan.events_of(Event::Kind::kPeerLied).empty());
  const auto seen = milan.store->load_state();
  ASSERT_TRUE(seen.ok());
  ASSERT_EQ(seen->seen_heads.size(), 1U);
  EXPECT_EQ(seen->seen_heads[0].head.size.value, seoul.holds(seoul));
}

}  // namespace
}  // namespace koinon::engine::test::seen_heads_test
