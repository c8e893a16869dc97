// Files that are fetched, without a network: who is asked for which chunk, what is given to the store, and
// when somebody else is asked.
#include "tests/engine/alone.h"

namespace koinon::engine::test::files_test {
namespace {

const EntryIndex kIndex(1);
// Two chunks, the second of ten bytes.
const AttachmentId kFile{key_of<Hash>('f'), limits::kAttachmentChunkBytes + 10, key_of<Hash>('r')};
constexpr std::size_t kFrame = 100;  // that a chunk counts for, bytes

using Rounds = std::vector<std::pair<SessionId, std::uint32_t>>;

// An entry of Milan's log names the file. Two peers hold that log. Policy does not admit Rome's.
class FilesAlone : public Alone {
 protected:
  FilesAlone() : Alone(pinned({kMilan, kOslo}, {state_of(kMilan, 3, 1), state_of(kRome, 3, 2)})) {
    for (Link* link : {&one, &other}) parts.holdings.note(*link, log.id(), TreeSize(3));
  }
  void TearDown() override { EXPECT_FALSE(parts.files.has_wrong_list()); }

  AttachmentWant wanted(AttachmentWish wish = AttachmentWish::kByHand) const {
    return {log.id(), kIndex, kFile, wish, 0};
  }
  void want(const AttachmentWant& what) {
    parts.files.want(what);
    look();
  }
  // The store keeps a place for what was wanted last, and has so many of its chunks.
  void make_room(std::uint32_t held = 0) {
    const auto wants = asked<CommitWant>();
    ASSERT_EQ(wants.size(), 1U);
    answer(wants[0].id, Answer(AttachmentState{wants[0].intent.want.id, held, false, false}));
  }
  void fetch() {
    want(wanted());
    make_room();
  }
  // The GetAttachment that was said to the link last; a number of 0: none.
  v1::GetAttachment asked_of(const Link& link) {
    return last_said(link, &v1::Frame::has_get_attachment, &v1::Frame::get_attachment);
  }
  // The Cancel that was said to it last; 0: none.
  std::uint64_t cancelled_at(const Link& link) {
    return last_said(link, &v1::Frame::has_cancel, &v1::Frame::cancel).request_id();
  }
  // From whom the file comes.
  Link* source() {
    const auto standing = parts.files.standing(kFile);
    return standing && standing->source ? parts.links.with_peer(*standing->source) : nullptr;
  }

  static v1::AttachmentChunk chunk(std::uint32_t number, std::uint64_t bytes, bool last) {
    v1::AttachmentChunk out;
    out.set_number(number);
    out.set_bytes(Bytes(bytes, 'b'));
    out.set_proof("a proof");
    out.set_last(last);
    return out;
  }
  // The chunk of that number as it should be.
  static v1::AttachmentChunk right(std::uint32_t number) {
    return chunk(number, chunk_bytes(kFile.size, number), number == 1);
  }
  void come(Link& link, std::uint64_t request_id, v1::AttachmentChunk next) {
    next.set_request_id(request_id);
    parts.files.on_chunk(link, std::move(next), kFrame);
    look();
  }
  // The chunk comes, is proven, and is given to the store.
  Asked<CommitChunk> give_to_store(Link& link, std::uint64_t request_id, std::uint32_t number) {
    come(link, request_id, right(number));
    answer(asked<VerifyChunk>().at(0).id, Answer(Done{}));
    return asked<CommitChunk>().at(0);
  }
  // Both chunks are stored, and together they have that digest.
  void find_digest(const Hash& digest) {
    fetch();
    const std::uint64_t request = asked_of(one).request_id();
    answer(give_to_store(one, request, 0).id, Answer(ChunkStored{1}));
    answer(give_to_store(one, request, 1).id, Answer(ChunkStored{2}));
    const auto read = asked<ReadDigest>();
    ASSERT_EQ(read.size(), 1U);
    answer(read[0].id, Answer(digest));
  }
  // Neither peer has it, until nobody is asked any more. Returns how far each was let look.
  Rounds ask_in_vain() {
    Rounds out;
    while (true) {
      Link* link = asked_of(one).request_id() != 0 ? &one : &other;
      const v1::GetAttachment request = asked_of(*link);
      if (request.request_id() == 0) return out;
      out.emplace_back(link->id, request.hops_left());
      come(*link, request.request_id(), chunk(request.from(), 0, true));
    }
  }
  void run_timers_at(MonoTime time) {
    begin(time);
    parts.files.run_timers();
    look();
  }

  Log& log = parts.logs.at(kMilan.log_id());
  Link& one = connect('\1');
  Link& other = connect('\2');
};

// --- whom is asked ---

TEST_F(FilesAlone, EachPeerIsAskedForWhatItHoldsThenLetLookFurtherThenAskedAgainLater) {
  fetch();
  const Rounds rounds = {{one.id, 0}, {other.id, 0}, {one.id, 1}, {other.id, 1}};
  EXPECT_EQ(ask_in_vain(), rounds);
  ASSERT_TRUE(parts.files.standing(kFile));
  EXPECT_NE(parts.files.standing(kFile)->trouble, "");
  const MonoTime wait = limits::kBodyRetry;
  run_timers_at(wait - MonoTime(1));
  EXPECT_TRUE(ask_in_vain().empty()) << "it is not time";
  run_timers_at(wait);
  EXPECT_EQ(ask_in_vain(), rounds);
  run_timers_at(3 * wait - MonoTime(1));
  EXPECT_TRUE(ask_in_vain().empty()) << "now it is twice as long";
  run_timers_at(3 * wait);
  EXPECT_EQ(ask_in_vain(), rounds);
}

TEST_F(FilesAlone, OnePeerIsAskedAtATimeAndWhenItRefusesOrGoesAnotherIs) {
  Link& third = connect('\3');
  fetch();
  const std::uint64_t request = asked_of(one).request_id();
  ASSERT_NE(request, 0U);
  parts.files.look_for_all();
  look();
  EXPECT_EQ(asked_of(other).request_id(), 0U);
  parts.files.on_refused(one, request + 1);
  look();
  EXPECT_EQ(asked_of(other).request_id(), 0U) << "that is not its request";
  parts.files.on_refused(one, request);
  look();
  EXPECT_NE(asked_of(other).request_id(), 0U);
  EXPECT_EQ(asked_of(third).request_id(), 0U) << "it is not known to hold the note";
  cut(other);
  EXPECT_NE(asked_of(third).request_id(), 0U);
}

TEST_F(FilesAlone, WhatIsHeldAlreadyIsNotAskedFor) {
  want(wanted());
  make_room(1);
  EXPECT_EQ(asked_of(one).from(), 1U);
  parts.files.end_of(log.id(), std::nullopt);
  want(wanted());
  make_room(2);
  EXPECT_EQ(source(), nullptr);
  EXPECT_EQ(asked<ReadDigest>().size(), 1U) << "nobody has looked at the whole yet";
  parts.files.end_of(log.id(), std::nullopt);
  want(wanted());
  answer(asked<CommitWant>().at(0).id, Answer(AttachmentState{kFile, 2, true, false}));
  EXPECT_FALSE(parts.files.standing(kFile));
}

TEST_F(FilesAlone, OfALogThatIsUnknownOutOfPolicyOrFrozenNothingIsAsked) {
  AttachmentWant what = wanted();
  for (const LogId& id : {kOslo.log_id(), kRome.log_id(), log.id()}) {
    if (id == log.id()) parts.logs.freeze(log);
    what.log = id;
    ++what.id.size;
    want(what);
    make_room();
    EXPECT_EQ(asked_of(one).request_id(), 0U);
    EXPECT_EQ(asked_of(other).request_id(), 0U);
    EXPECT_TRUE(parts.files.standing(what.id)) << "it is wanted still";
  }
}

TEST_F(FilesAlone, FourFilesAreAskedOfAPeerAtATimeAndTheNextAMomentLater) {
  const std::size_t most = 2 * limits::kBodyRequests;
  AttachmentWant what = wanted();
  for (std::uint64_t i = 0; i <= most; ++i) {
    what.index = EntryIndex(i);
    ++what.id.size;
    want(what);
    make_room();
    EXPECT_EQ(said_to(one).size() + said_to(other).size(), i < most ? 1U : 0U) << i;
  }
  parts.files.end_of(log.id(), EntryIndex(0));
  look();
  EXPECT_NE(cancelled_at(one), 0U);
  run_timers_at(limits::kBusyRetry);
  EXPECT_EQ(asked_of(one).index(), most);
}

// --- for peers ---

TEST_F(FilesAlone, ForAPeerOthersAreAskedWithTheHopsItLeavesAndThosePeersNever) {
  Link& third = connect('\3');
  const AttachmentWant what = wanted(AttachmentWish::kForPeer);
  EXPECT_TRUE(parts.files.look_for_peer(one, what, 1));
  look();
  make_room();
  EXPECT_TRUE(parts.files.look_for_peer(third, what, 1));
  EXPECT_FALSE(parts.files.look_for_peer(other, what, 1)) << "each would wait for the other";
  const Rounds rounds = {{other.id, 0}, {other.id, 1}};
  EXPECT_EQ(ask_in_vain(), rounds);
  EXPECT_FALSE(parts.files.standing(kFile)) << "what nobody has is not looked for again by ourselves";
}

TEST_F(FilesAlone, WhatNobodyHadAWhileAgoIsNotLookedForForAPeer) {
  fetch();
  (void)ask_in_vain();
  EXPECT_FALSE(parts.files.look_for_peer(one, wanted(AttachmentWish::kForPeer), 1));
}

TEST_F(FilesAlone, SoManyFilesAreLookedForForPeersAndOursBesides) {
  want(wanted());
  AttachmentWant what = wanted(AttachmentWish::kForPeer);
  for (std::size_t i = 0; i < limits::kAttachmentFetches; ++i) {
    ++what.id.size;
    EXPECT_TRUE(parts.files.look_for_peer(one, what, 1)) << i;
  }
  ++what.id.size;
  EXPECT_FALSE(parts.files.look_for_peer(one, what, 1));
  look();
  what.wish = AttachmentWish::kByHand;
  want(what);
  EXPECT_EQ(asked<CommitWant>().size(), 1U);
}

// --- chunks ---

TEST_F(FilesAlone, ChunksAreGivenToTheStoreInOrderHoweverTheirChecksEnd) {
  fetch();
  const std::uint64_t request = asked_of(one).request_id();
  come(one, request, right(0));
  const auto first = asked<VerifyChunk>();
  come(one, request, right(1));
  const auto second = asked<VerifyChunk>();
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  answer(second[0].id, Answer(Done{}));
  EXPECT_TRUE(asked<CommitChunk>().empty()) << "the chunk before it is not checked yet";
  answer(first[0].id, Answer(Done{}));
  const auto commits = asked<CommitChunk>();
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].intent.commit.chunk.number, 0U);
  EXPECT_EQ(commits[1].intent.commit.chunk.number, 1U);
  EXPECT_EQ(one.owed, 0U) << "its credit comes back once they are stored";
  answer(commits[0].id, Answer(ChunkStored{1}));
  EXPECT_EQ(one.owed, kFrame);
  EXPECT_TRUE(asked<ReadDigest>().empty());
  answer(commits[1].id, Answer(ChunkStored{2}));
  EXPECT_EQ(one.owed, 2 * kFrame);
  EXPECT_EQ(asked<ReadDigest>().size(), 1U);
}

TEST_F(FilesAlone, AChunkThatIsNotTheNextOneAsItShouldBeIsALieAndAnotherPeerIsAsked) {
  for (const char number : {'\3', '\4', '\5'}) connect(number);
  fetch();
  const std::uint64_t whole = limits::kAttachmentChunkBytes;
  const std::vector<v1::AttachmentChunk> wrong = {
      chunk(1, whole, false),      // another number
      chunk(0, whole - 1, false),  // too short
      chunk(0, whole, true),       // the last too early
      chunk(0, 0, false),          // not to be had, and more to come
  };
  for (const v1::AttachmentChunk& next : wrong) {
    Link* link = source();
    ASSERT_NE(link, nullptr);
    EXPECT_EQ(asked_of(*link).from(), 0U);
    come(*link, asked_of(*link).request_id(), next);
    EXPECT_TRUE(link->ended);
    EXPECT_EQ(lies_of(*link), 1U);
    EXPECT_TRUE(asked<VerifyChunk>().empty());
    settle();
  }
  EXPECT_NE(source(), nullptr);
}

TEST_F(FilesAlone, AChunkThatNobodyAskedForIsALie) {
  fetch();
  come(other, asked_of(one).request_id(), right(0));
  EXPECT_TRUE(other.ended) << "it was asked of another peer";
  EXPECT_EQ(lies_of(other), 1U);
  EXPECT_EQ(source(), &one);
}

TEST_F(FilesAlone, WhoseChunkIsNotProvenIsALiarAndTheRestIsAskedOfAnother) {
  fetch();
  const std::uint64_t request = asked_of(one).request_id();
  answer(give_to_store(one, request, 0).id, Answer(ChunkStored{1}));
  come(one, request, right(1));
  answer(asked<VerifyChunk>().at(0).id, fail(Code::kBadProof, "it proves nothing"));
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
  EXPECT_EQ(source(), &other);
  EXPECT_EQ(asked_of(other).from(), 1U) << "the first is stored";
}

TEST_F(FilesAlone, ARequestWithoutProgressForAMinuteIsCancelledAndWhatStillComesIsNoOffence) {
  fetch();
  const std::uint64_t request = asked_of(one).request_id();
  const MonoTime deadline = limits::kRequestDeadline;
  run_timers_at(deadline - MonoTime(1));
  come(one, request, right(0));
  run_timers_at(deadline);
  EXPECT_EQ(cancelled_at(one), 0U) << "a chunk is progress";
  run_timers_at(2 * deadline - MonoTime(1));
  EXPECT_EQ(cancelled_at(one), request);
  EXPECT_EQ(asked_of(other).from(), 1U);
  EXPECT_EQ(lies_of(one), 0U) << "to be slow is no lie";
  come(one, request, right(1));
  EXPECT_FALSE(one.ended);
  EXPECT_EQ(one.owed, kFrame) << "its credit comes back";
  EXPECT_TRUE(asked<VerifyChunk>().empty());
  EXPECT_TRUE(one.given_up.empty()) << "it was the last of that answer";
}

TEST_F(FilesAlone, WhoseCreditIsUsedUpIsNotLate) {
  fetch();
  const std::size_t lent = use_up_credit(one);
  const MonoTime deadline = limits::kRequestDeadline;
  run_timers_at(deadline);
  EXPECT_EQ(cancelled_at(one), 0U);
  parts.links.return_credit(one, lent);
  run_timers_at(2 * deadline - MonoTime(1));
  EXPECT_EQ(cancelled_at(one), 0U) << "it has the whole deadline from then on";
  run_timers_at(2 * deadline);
  EXPECT_NE(cancelled_at(one), 0U);
}

// --- the end ---

TEST_F(FilesAlone, AWholeFileIsKeptWhereItIsTheOneThatItsNoteNames) {
  find_digest(kFile.sha256);
  const auto finished = asked<CommitFinished>();
  ASSERT_EQ(finished.size(), 1U);
  EXPECT_TRUE(finished[0].intent.whole);
  EXPECT_TRUE(parts.files.standing(kFile)) << "the store has not said so yet";
  answer(finished[0].id, Answer(Done{}));
  EXPECT_FALSE(parts.files.standing(kFile));
}

TEST_F(FilesAlone, AnotherFileThanItsNoteNamesIsNotKeptAndThatIsSaid) {
  find_digest(key_of<Hash>('g'));
  ASSERT_EQ(asked<CommitFinished>().size(), 1U);
  EXPECT_FALSE(asked<CommitFinished>()[0].intent.whole);
  EXPECT_EQ(told(Event::Kind::kNotice), 1U);
  EXPECT_EQ(lies_of(one), 0U) << "its author erred, who sends it did not";
}

TEST_F(FilesAlone, WhatTheStoreHasNoRoomForIsTriedAgainWhatItRefusesIsNot) {
  want(wanted());
  answer(asked<CommitWant>().at(0).id, fail(Code::kDiskFull, "the disk is full"));
  const MonoTime retry = limits::kStoreRetry;
  run_timers_at(retry - MonoTime(1));
  EXPECT_TRUE(asked<CommitWant>().empty());
  run_timers_at(retry);
  ASSERT_EQ(asked<CommitWant>().size(), 1U);
  answer(asked<CommitWant>()[0].id, fail(Code::kTooLarge, "there is no room for so much"));
  EXPECT_FALSE(parts.files.standing(kFile));
  EXPECT_EQ(told(Event::Kind::kNotice), 1U);
  EXPECT_EQ(asked_of(one).request_id(), 0U);
}

TEST_F(FilesAlone, AFileThatWasDroppedMeanwhileIsFetchedFromItsBeginning) {
  fetch();
  const std::uint64_t request = asked_of(one).request_id();
  answer(give_to_store(one, request, 0).id, fail(Code::kNotFound, "it was dropped"));
  EXPECT_EQ(cancelled_at(one), request);
  EXPECT_EQ(source(), nullptr) << "the store says first whether it is wanted still";
  make_room();
  EXPECT_NE(asked_of(other).request_id(), 0U);
  EXPECT_EQ(asked_of(other).from(), 0U);
}

TEST_F(FilesAlone, WhatIsUnderWayForAFetchThatEndedCountsForNoLaterOne) {
  fetch();
  const std::uint64_t request = asked_of(one).request_id();
  come(one, request, right(0));
  const auto check = asked<VerifyChunk>();
  ASSERT_EQ(check.size(), 1U);
  parts.files.end_of(log.id(), EntryIndex(2));
  EXPECT_TRUE(parts.files.standing(kFile)) << "that entry does not name it";
  parts.files.end_of(log.id(), kIndex);
  EXPECT_FALSE(parts.files.standing(kFile));
  look();
  EXPECT_EQ(cancelled_at(one), request);
  fetch();
  answer(check[0].id, Answer(Done{}));
  EXPECT_TRUE(asked<CommitChunk>().empty());
  EXPECT_EQ(one.owed, kFrame);
}

}  // namespace
}  // namespace koinon::engine::test::files_test
