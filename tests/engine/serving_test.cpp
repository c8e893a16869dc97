// Giving entries and bodies, without a network: what is read for a request, when, and what is said to whom
// asked.
#include "crypto/hash.h"
#include "proto/codec/entry.h"
#include "tests/engine/alone.h"

namespace koinon::engine::test::serving_test {
namespace {

// Of Milan's log and of Rome's three entries are held whole. Policy does not admit Rome's.
class ServingAlone : public Alone {
 protected:
  ServingAlone() : Alone(pinned({kMilan, kOslo}, {state_of(kMilan, 3, 1), state_of(kRome, 3, 2)})) {}

  v1::Get get(std::uint64_t request_id, std::uint64_t from, std::uint64_t to, std::uint64_t size = 3) const {
    v1::Get out;
    out.set_request_id(request_id);
    out.set_log_id(log.id().bytes());
    out.set_from(from);
    out.set_to(to);
    out.set_size(size);
    out.set_root(key_of<Hash>('r').bytes());
    return out;
  }
  void ask(Link& link, const v1::Get& request) {
    parts.serving.on_get(link, request);
    look();
  }
  // Asks for the bodies of so many entries, from the first on.
  v1::GetBodies get_bodies(std::uint64_t request_id, std::uint64_t entries, std::uint32_t hops = 0) const {
    v1::GetBodies out;
    out.set_request_id(request_id);
    out.set_hops_left(hops);
    out.set_log_id(log.id().bytes());
    for (std::uint64_t i = 0; i < entries; ++i) {
      auto* body = out.add_bodies();
      body->set_index(i);
      body->set_digest(sha256("body").bytes());
    }
    return out;
  }
  void ask(Link& link, const v1::GetBodies& request) {
    parts.serving.on_get_bodies(link, request);
    look();
  }
  void cancel(Link& link, std::uint64_t request_id) {
    v1::Cancel frame;
    frame.set_request_id(request_id);
    parts.serving.on_cancel(link, frame);
    look();
  }
  void lend(Link& link, std::uint64_t bytes) {
    v1::Credit frame;
    frame.set_bytes(bytes);
    parts.serving.on_credit(link, frame);
    look();
  }

  // So many entries of that size.
  static Answer run(std::uint64_t from, std::uint64_t entries, std::size_t bytes = 10) {
    ServedRun out;
    for (std::uint64_t i = 0; i < entries; ++i)
      out.records.push_back({EntryIndex(from + i), Bytes(bytes, 'e'), {}, BodyState::kHeld, {}});
    return out;
  }
  // An entry whose body is `committed`, as the store has it.
  static StoredRecord record(std::uint64_t index, BytesView committed, BodyState state,
                             std::uint64_t erased_by = 0) {
    v1::Entry entry;
    entry.set_kind(v1::KIND_PRACTICE);
    entry.set_body_digest(sha256(committed).bytes());
    entry.set_body_size(static_cast<std::uint32_t>(committed.size()));
    const Bytes body = state == BodyState::kHeld ? Bytes(committed) : Bytes();
    return {EntryIndex(index), serialize(entry), body, state, EntryIndex(erased_by)};
  }
  static Answer read(std::vector<StoredRecord> records) { return records; }

  // What was said to the link last; an empty frame: nothing.
  v1::Frame last_said_to(const Link& link) {
    return said_to(link).empty() ? v1::Frame() : said_to(link).back();
  }
  // It was told so of its request, and the session goes on.
  void expect_refused(const Link& link, std::uint64_t request_id, v1::ErrorCode code) {
    ASSERT_EQ(said_to(link).size(), 1U);
    const v1::Error& error = said_to(link)[0].error();
    EXPECT_EQ(error.code(), code);
    EXPECT_EQ(error.request_id(), request_id);
    EXPECT_FALSE(error.fatal());
    EXPECT_FALSE(link.ended);
    EXPECT_EQ(lies_of(link), 0U);
  }
  void expect_lie(const Link& link, v1::ErrorCode code) {
    EXPECT_EQ(last_said_to(link).error().code(), code);
    EXPECT_TRUE(last_said_to(link).error().fatal());
    EXPECT_TRUE(link.ended);
    EXPECT_EQ(lies_of(link), 1U);
  }

  Log& log = parts.logs.at(kMilan.log_id());
  Link& one = connect('\1');
  Link& other = connect('\2');
};

// --- what is refused ---

TEST_F(ServingAlone, ARequestWithAFieldOutOfRangeIsALie) {
  const std::size_t pending = parts.effects.pending();
  std::vector<v1::Get> gets(5, get(1, 0, 3));
  gets[0].set_request_id(0);
  gets[1].set_log_id("short");
  gets[2].set_root("short");
  gets[3].set_from(3);
  gets[4].set_to(4);
  char number = '\3';
  for (const v1::Get& request : gets) {
    Link& link = connect(number++);
    ask(link, request);
    expect_lie(link, v1::ERROR_CODE_MALFORMED);
  }
  std::vector<v1::GetBodies> bodies(3, get_bodies(1, 1));
  bodies[0].set_request_id(0);
  bodies[1].set_hops_left(limits::kHopsLeft + 1);
  bodies[2] = get_bodies(1, limits::kBodiesPerRequest + 1);
  for (const v1::GetBodies& request : bodies) {
    Link& link = connect(number++);
    ask(link, request);
    expect_lie(link, v1::ERROR_CODE_MALFORMED);
  }
  EXPECT_EQ(parts.effects.pending(), pending) << "nothing was read for any of them";
}

TEST_F(ServingAlone, OfALogThatIsUnknownOutOfPolicyOrBeingRemovedNothingIsGiven) {
  for (const LogId& id : {kOslo.log_id(), kRome.log_id(), log.id()}) {
    if (id == log.id()) parts.logs.set_removing(log, true);
    v1::Get entries = get(1, 0, 3);
    entries.set_log_id(id.bytes());
    ask(one, entries);
    expect_refused(one, 1, v1::ERROR_CODE_UNKNOWN_LOG);
    v1::GetBodies bodies = get_bodies(2, 1);
    bodies.set_log_id(id.bytes());
    ask(one, bodies);
    expect_refused(one, 2, v1::ERROR_CODE_UNKNOWN_LOG);
  }
}

TEST_F(ServingAlone, MoreThanSixtyFourOpenRequestsAreALie) {
  for (std::uint64_t i = 1; i <= limits::kOpenRequests; ++i) {
    ask(one, get(i, 0, 3));
    ask(other, get_bodies(i, 1));
  }
  EXPECT_FALSE(one.ended);
  EXPECT_FALSE(other.ended);
  ask(one, get(99, 0, 3));
  expect_lie(one, v1::ERROR_CODE_LIMIT);
  ask(other, get_bodies(99, 1));
  expect_lie(other, v1::ERROR_CODE_LIMIT);
}

// --- heads ---

TEST_F(ServingAlone, HeadsAreToldOfWhatPolicyAdmitsAndOfThePeersOwnLog) {
  v1::GetHeads request;
  request.set_request_id(7);
  for (const LogIdentity& identity : {kOslo, kRome, kMilan}) request.add_log_ids(identity.log_id().bytes());
  const auto told_to = [&](Link& link) {
    parts.serving.on_get_heads(link, request);
    look();
    return last_said_to(link).heads();
  };
  const v1::Heads heads = told_to(one);
  EXPECT_EQ(heads.request_id(), 7U);
  ASSERT_EQ(heads.heads_size(), 1);
  EXPECT_EQ(heads.heads(0).log_id(), kMilan.log_id().bytes());
  EXPECT_EQ(heads.heads(0).checkpoint(), "a head");
  EXPECT_EQ(heads.heads(0).journal_seq(), 1U);
  EXPECT_TRUE(heads.heads(0).has_identity()) << "it is not known to hold it";
  parts.holdings.note(one, log.id(), TreeSize(3));
  EXPECT_TRUE(told_to(one).heads(0).has_identity()) << "it may have forgotten whose it is";
  other.peer_log = kRome.log_id();
  EXPECT_EQ(told_to(other).heads_size(), 2);
  for (std::size_t i = 0; i < limits::kLogIdsPerRequest; ++i) request.add_log_ids(log.id().bytes());
  (void)told_to(one);
  expect_lie(one, v1::ERROR_CODE_MALFORMED);
  request.clear_log_ids();
  request.set_request_id(0);
  (void)told_to(other);
  expect_lie(other, v1::ERROR_CODE_MALFORMED);
}

TEST_F(ServingAlone, WhoHoldsLessOrAnotherTreeTellsItsHeadInstead) {
  ask(one, get(1, 0, 4, 4));
  EXPECT_TRUE(asked<ReadRun>().empty()) << "we hold three";
  EXPECT_EQ(last_said_to(one).heads().request_id(), 1U);
  EXPECT_EQ(last_said_to(one).heads().heads_size(), 1);
  ask(one, get(2, 0, 3));
  answer(asked<ReadRun>().at(0).id, fail(Code::kConflict, "the root is another one"));
  EXPECT_EQ(last_said_to(one).heads().request_id(), 2U);
  EXPECT_EQ(last_said_to(one).heads().heads_size(), 1);
  ask(one, get(3, 0, 3));
  answer(asked<ReadRun>().at(0).id, fail(Code::kIo, "the disk fails"));
  expect_refused(one, 3, v1::ERROR_CODE_BUSY);
  EXPECT_EQ(told(Event::Kind::kNotice), 1U);
}

// --- entries ---

TEST_F(ServingAlone, AGetIsAnsweredChunkByChunkAndItsRootLookedAtEachTime) {
  ask(one, get(1, 0, 3));
  auto reads = asked<ReadRun>();
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_EQ(reads[0].intent.from, EntryIndex(0));
  EXPECT_EQ(reads[0].intent.to, EntryIndex(3));
  EXPECT_EQ(reads[0].intent.size, TreeSize(3));
  EXPECT_EQ(reads[0].intent.root, key_of<Hash>('r'));
  answer(reads[0].id, run(0, 2));
  v1::Chunk chunk = last_said_to(one).chunk();
  EXPECT_EQ(chunk.request_id(), 1U);
  EXPECT_EQ(chunk.from(), 0U);
  EXPECT_EQ(chunk.records_size(), 2);
  EXPECT_FALSE(chunk.last());
  reads = asked<ReadRun>();
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_EQ(reads[0].intent.from, EntryIndex(2));
  EXPECT_EQ(reads[0].intent.root, key_of<Hash>('r')) << "the log may have been taken back since";
  EXPECT_FALSE(parts.holdings.of(one, log.id())) << "it has not all yet";
  answer(reads[0].id, run(2, 1));
  chunk = last_said_to(one).chunk();
  EXPECT_EQ(chunk.from(), 2U);
  EXPECT_TRUE(chunk.last());
  EXPECT_TRUE(asked<ReadRun>().empty());
  EXPECT_EQ(parts.holdings.of(one, log.id()), TreeSize(3));
}

TEST_F(ServingAlone, ALongAnswerDoesNotHoldUpAShortOne) {
  ask(one, get(1, 0, 3));
  const auto first = asked<ReadRun>();
  ASSERT_EQ(first.size(), 1U);
  ask(one, get(2, 1, 2));
  EXPECT_TRUE(asked<ReadRun>().empty()) << "one read at a time";
  answer(first[0].id, run(0, 1));
  const auto second = asked<ReadRun>();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].intent.to, EntryIndex(2));
  answer(second[0].id, run(1, 1));
  EXPECT_EQ(last_said_to(one).chunk().request_id(), 2U);
  EXPECT_TRUE(last_said_to(one).chunk().last());
  ASSERT_EQ(asked<ReadRun>().size(), 1U);
  EXPECT_EQ(asked<ReadRun>()[0].intent.to, EntryIndex(3));
}

TEST_F(ServingAlone, WhoGotALogByGetIsPushedWhatComesNext) {
  for (Link* link : {&one, &other}) {
    parts.broadcast.on_follow(*link, v1::Follow());
    parts.holdings.note(*link, log.id(), TreeSize(2));
  }
  ask(one, get(1, 2, 3));
  answer(asked<ReadRun>().at(0).id, run(2, 1));
  parts.logs.stand_whole(log, {TreeSize(4), key_of<Hash>('n'), "the next head"});
  parts.broadcast.announce({log.id()});
  look();
  const auto reads = asked<ReadRun>();
  ASSERT_EQ(reads.size(), 1U) << "the other did not ask";
  EXPECT_EQ(reads[0].intent.from, EntryIndex(3)) << "it was given what is before";
  answer(reads[0].id, run(3, 1));
  EXPECT_TRUE(last_said_to(one).has_push());
  EXPECT_TRUE(said_to(other).empty());
}

// --- credit ---

TEST_F(ServingAlone, NothingIsReadWithoutCreditAndWhatIsTooLargeForItWaits) {
  one.credit = 0;
  ask(one, get(1, 0, 3));
  EXPECT_TRUE(asked<ReadRun>().empty());
  lend(one, 100);
  ASSERT_EQ(asked<ReadRun>().size(), 1U);
  answer(asked<ReadRun>()[0].id, run(0, 1, 1000));
  EXPECT_TRUE(said_to(one).empty());
  EXPECT_EQ(one.credit, 100U);
  EXPECT_TRUE(asked<ReadRun>().empty()) << "nothing is read while something waits";
  lend(one, 10'000);
  EXPECT_TRUE(last_said_to(one).has_chunk());
  EXPECT_EQ(one.credit + one.bytes_out, 10'100U) << "the bytes of its length count";
  EXPECT_EQ(asked<ReadRun>().size(), 1U);
}

TEST_F(ServingAlone, NothingIsReadWhileTheTransportIsFull) {
  one.queued = limits::kSendQueueBytes + 1;
  ask(one, get(1, 0, 3));
  ask(one, get_bodies(2, 1));
  EXPECT_TRUE(asked<ReadRun>().empty());
  EXPECT_TRUE(asked<ReadRecords>().empty());
  parts.links.note_sent(one, 1);
  parts.serving.pump(one);
  look();
  EXPECT_EQ(asked<ReadRun>().size(), 1U);
  EXPECT_EQ(asked<ReadRecords>().size(), 1U);
}

// --- cancel ---

TEST_F(ServingAlone, WhatIsCancelledWhileItIsReadIsNotSentAndTheNextIsRead) {
  ask(one, get(1, 0, 3));
  const auto first = asked<ReadRun>();
  ASSERT_EQ(first.size(), 1U);
  ask(one, get(2, 1, 2));
  cancel(one, 1);
  expect_refused(one, 1, v1::ERROR_CODE_BUSY);
  answer(first[0].id, run(0, 3));
  EXPECT_TRUE(said_to(one).empty());
  ASSERT_EQ(asked<ReadRun>().size(), 1U);
  EXPECT_EQ(asked<ReadRun>()[0].intent.from, EntryIndex(1));
}

TEST_F(ServingAlone, WhatIsCancelledWhileItWaitsForCreditIsDroppedAndTheNextIsRead) {
  one.credit = 100;
  ask(one, get(1, 0, 3));
  const auto first = asked<ReadRun>();
  ASSERT_EQ(first.size(), 1U);
  ask(one, get(2, 1, 2));
  answer(first[0].id, run(0, 1, 1000));
  cancel(one, 1);
  expect_refused(one, 1, v1::ERROR_CODE_BUSY);
  ASSERT_EQ(asked<ReadRun>().size(), 1U);
  answer(asked<ReadRun>()[0].id, run(1, 1));
  EXPECT_EQ(last_said_to(one).chunk().request_id(), 2U);
}

TEST_F(ServingAlone, BodiesAndFilesAreCancelledToo) {
  ask(one, get_bodies(1, 1));
  const auto bodies = asked<ReadRecords>();
  ASSERT_EQ(bodies.size(), 1U);
  v1::GetAttachment file;
  file.set_request_id(2);
  file.set_log_id(log.id().bytes());
  file.set_sha256(key_of<Hash>('f').bytes());
  parts.file_serving.on_get(one, file);
  look();
  const auto chunks = asked<ReadChunk>();
  ASSERT_EQ(chunks.size(), 1U);
  cancel(one, 1);
  expect_refused(one, 1, v1::ERROR_CODE_BUSY);
  cancel(one, 2);
  expect_refused(one, 2, v1::ERROR_CODE_BUSY);
  answer(bodies[0].id, read({record(0, "body", BodyState::kHeld)}));
  EXPECT_TRUE(said_to(one).empty());
  answer(chunks[0].id, Answer(ChunkRead{{}, {0, "bytes", "proof"}}));
  EXPECT_TRUE(said_to(one).empty());
}

TEST_F(ServingAlone, NothingIsSaidOfACancelThatComesTooLateOrNamesNoRequest) {
  ask(one, get(1, 0, 1));
  answer(asked<ReadRun>().at(0).id, run(0, 1));
  ASSERT_TRUE(last_said_to(one).chunk().last());
  cancel(one, 1);
  EXPECT_TRUE(said_to(one).empty());
  cancel(one, 99);
  EXPECT_TRUE(said_to(one).empty());
  EXPECT_FALSE(one.ended);
}

// --- bodies ---

TEST_F(ServingAlone, EachBodyIsAnsweredOnceByItsBytesOrByAMark) {
  ask(one, get_bodies(1, 5));
  const auto reads = asked<ReadRecords>();
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_EQ(reads[0].intent.indexes.size(), 5U);
  answer(reads[0].id, read({record(0, "body", BodyState::kHeld), record(1, "another", BodyState::kHeld),
                            record(2, "body", BodyState::kErased, 2)}));
  v1::Bodies bodies = last_said_to(one).bodies();
  ASSERT_EQ(bodies.bodies_size(), 3);
  EXPECT_EQ(bodies.request_id(), 1U);
  EXPECT_FALSE(bodies.last()) << "two are left";
  EXPECT_EQ(bodies.bodies(0).body(), "body");
  EXPECT_EQ(bodies.bodies(1).mark(), v1::BODY_MARK_NOT_HELD) << "it was asked for another one";
  EXPECT_EQ(bodies.bodies(1).body(), "");
  EXPECT_EQ(bodies.bodies(2).mark(), v1::BODY_MARK_ERASED);
  EXPECT_EQ(bodies.bodies(2).erased_by(), 2U);
  const auto rest = asked<ReadRecords>();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].intent.indexes, (std::vector<EntryIndex>{EntryIndex(3), EntryIndex(4)}));
  answer(rest[0].id,
         read({record(3, "body", BodyState::kErased, 7), record(4, "body", BodyState::kNotHeld)}));
  bodies = last_said_to(one).bodies();
  ASSERT_EQ(bodies.bodies_size(), 2);
  EXPECT_EQ(bodies.bodies(0).index(), 3U);
  EXPECT_EQ(bodies.bodies(0).mark(), v1::BODY_MARK_NOT_HELD) << "we do not hold that withdrawal";
  EXPECT_EQ(bodies.bodies(1).mark(), v1::BODY_MARK_NOT_HELD);
  EXPECT_TRUE(bodies.last());
  EXPECT_EQ(parts.bodies.looked_for(log), 0U) << "it did not let us look further";
  ask(one, get_bodies(2, 0));
  EXPECT_TRUE(last_said_to(one).bodies().last()) << "a request without bodies has an answer too";
  EXPECT_EQ(last_said_to(one).bodies().request_id(), 2U);
}

TEST_F(ServingAlone, WhatIsNotHeldIsLookedForWithOneHopLessNotAtTheAskerWhichIsToldWhenItComes) {
  ask(one, get_bodies(1, 1, 2));
  answer(asked<ReadRecords>().at(0).id, read({record(0, "body", BodyState::kNotAsked)}));
  ASSERT_EQ(said_to(one).size(), 1U) << "it is not asked itself";
  EXPECT_EQ(last_said_to(one).bodies().bodies(0).mark(), v1::BODY_MARK_NOT_HELD);
  v1::Bodies frame;
  frame.set_log_id(log.id().bytes());
  frame.set_last(true);
  frame.add_bodies()->set_mark(v1::BODY_MARK_NOT_HELD);
  ASSERT_TRUE(last_said_to(other).has_get_bodies());
  EXPECT_EQ(last_said_to(other).get_bodies().hops_left(), 0U) << "what it holds comes first";
  frame.set_request_id(last_said_to(other).get_bodies().request_id());
  parts.bodies.on_bodies(other, frame, 100);
  look();
  EXPECT_TRUE(said_to(one).empty());
  ASSERT_TRUE(last_said_to(other).has_get_bodies());
  EXPECT_EQ(last_said_to(other).get_bodies().hops_left(), 1U);
  frame.set_request_id(last_said_to(other).get_bodies().request_id());
  frame.mutable_bodies(0)->clear_mark();
  frame.mutable_bodies(0)->set_body("body");
  parts.bodies.on_bodies(other, frame, 100);
  look();
  answer(asked<VerifyBodies>().at(0).id, Answer(BodiesVerified{}));
  ASSERT_EQ(asked<CommitBodies>().size(), 1U);
  EXPECT_TRUE(asked<CommitBodies>()[0].intent.bodies.bodies.at(0).transit) << "it is held for the peer alone";
  answer(asked<CommitBodies>()[0].id, Answer(RunStored{}));
  ASSERT_TRUE(last_said_to(one).has_have());
  EXPECT_EQ(last_said_to(one).have().indexes(0), 0U);
}

}  // namespace
}  // namespace koinon::engine::test::serving_test
