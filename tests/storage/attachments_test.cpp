// Attachments: kept while a record names them, within a quota, and gone to the last byte: the same of both
// stores.
#include <thread>

#include <gtest/gtest.h>

#include "node/replication/execute.h"
#include "proto/base/limits.h"
#include "tests/files_contain.h"
#include "tests/storage/all_stores.h"
#include "tests/storage/filed_note.h"

namespace koinon::test::attachments_test {
namespace {

constexpr std::size_t kChunk = limits::kAttachmentChunkBytes;
constexpr std::uint64_t kQuota = 4 * kChunk;

class Attachments : public AllStores {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open(kQuota, "store.db");
  }
  void open(std::uint64_t quota, const std::string& name) {
    SqliteStoreOptions options;
    options.attachment_bytes = quota;
    AllStores::open(options, name);
  }
  // Until nothing is left of logs that were removed.
  void sweep() {
    // On a server bytes are taken away on another thread.
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    bool folded = store->fold(std::chrono::milliseconds(0));
    while (!folded && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
      folded = store->fold(std::chrono::milliseconds(0));
    }
    EXPECT_TRUE(folded);
  }
  // A log of its own for each file, with one record that names it.
  LogId city_with(const std::string& name, const CutAttachment& cut, bool transit = false) {
    OwnLog log = test_log(name);
    MemoryStore author{MemoryStore::Options{}};
    EXPECT_TRUE(author.begin(true).ok());
    EXPECT_TRUE(author.put_attachment(cut, {1}).ok());
    EXPECT_TRUE(author.commit().ok());
    EXPECT_TRUE(publish(author, log, note_with(name, cut)).ok());
    StoredRecord record = *author.record(log.id(), EntryIndex(0));
    const LogState state = *author.log_state(log.id());
    RunCommit run;
    run.identity = log.identity();
    run.log = log.id();
    run.leaves = {leaf_hash(record.entry)};
    run.after = state.range;
    run.head = *state.whole;
    const Bytes body = record.body;
    if (transit) {
      record.body.clear();
      record.state = BodyState::kNotAsked;
    } else {
      run.attachments = attachments_of(EntryIndex(0), body);
      EXPECT_EQ(run.attachments.size(), 1U);
    }
    run.records = {record};
    change([&] {
      ASSERT_TRUE(store->append_run(run).ok());
      if (!transit) return;
      BodiesCommit late{
          log.id(), {{EntryIndex(0), body, true}}, {2}, {}, attachments_of(EntryIndex(0), body)};
      ASSERT_TRUE(store->add_bodies(late).ok());
    });
    return log.id();
  }
  Status want(const LogId& log, const CutAttachment& cut, AttachmentWish wish, std::int64_t at = 5) {
    return want(log, cut.id, wish, at);
  }
  Status want(const LogId& log, const AttachmentId& id, AttachmentWish wish, std::int64_t at) {
    Status out;
    change([&] { out = store->want_attachment({log, EntryIndex(0), id, wish, 0}, {at}); });
    return out;
  }
  // A log whose one record names files of 40 MiB that nobody has.
  std::pair<LogId, std::vector<AttachmentId>> city_with_large(
      const std::string& name, std::size_t count, const std::vector<AttachmentId>& of_others = {}) {
    OwnLog log = test_log(name);
    MemoryStore author{MemoryStore::Options{}};
    EXPECT_TRUE(publish(author, log, note(name)).ok());
    RunCommit run;
    run.identity = log.identity();
    run.log = log.id();
    run.records = {*author.record(log.id(), EntryIndex(0))};
    run.leaves = {leaf_hash(run.records[0].entry)};
    run.after = author.log_state(log.id())->range;
    run.head = *author.log_state(log.id())->whole;
    std::vector<AttachmentId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back({sha256(name + std::to_string(i)), 40 * limits::kMiB, sha256(std::to_string(i))});
      run.attachments.push_back({EntryIndex(0), ids.back()});
    }
    for (const AttachmentId& id : of_others) run.attachments.push_back({EntryIndex(0), id});
    change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
    return {log.id(), ids};
  }
  void add_chunks(const LogId& log, const CutAttachment& cut) {
    change([&] {
      for (const AttachmentChunk& chunk : cut.chunks)
        ASSERT_TRUE(store->add_chunk({log, EntryIndex(0), cut.id, AttachmentWish::kByHand, chunk, {6}}).ok());
      ASSERT_TRUE(store->finish_attachment(cut.id, true).ok());
    });
  }
  void fetch(const LogId& log, const CutAttachment& cut, AttachmentWish wish, std::int64_t at = 5) {
    ASSERT_TRUE(want(log, cut, wish, at).ok());
    add_chunks(log, cut);
  }
  bool holds(const LogId& log, const CutAttachment& cut) {
    const auto state = store->attachment(log, EntryIndex(0), cut.id.sha256);
    return state.ok() && state->complete;
  }

  OwnLog our_log = test_log("us.example");
};
INSTANTIATE_TEST_SUITE_P(Stores, Attachments, all_stores(), store_name);

TEST_P(Attachments, OurOwnFileIsNamedByANoteAndServed) {
  const CutAttachment cut = file("ours", 2 * kChunk + 5);
  EXPECT_EQ(publish(*store, our_log, note_with("too early", cut)).error().code, Code::kNotFound)
      << "a note names only files that are here";
  change([&] { ASSERT_TRUE(store->put_attachment(cut, {1}).ok()); });
  EXPECT_EQ(*store->attachment_named(cut.id.sha256), cut.id);
  Draft draft = note_with("note", cut);
  draft.body->mutable_practice()->mutable_attachments(0)->set_size(77);
  draft.body->mutable_practice()->mutable_attachments(0)->clear_chunk_root();
  const auto index = publish(*store, our_log, draft);
  ASSERT_TRUE(index.ok());
  const auto facts = attachments_of(*index, store->record(our_log.id(), *index)->body);
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].id, cut.id) << "size and root are taken from the file itself";
  const auto state = store->attachment(our_log.id(), *index, cut.id.sha256);
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->complete);
  EXPECT_EQ(state->chunks_held, 3U);
  for (const AttachmentChunk& chunk : cut.chunks) {
    const auto held = store->attachment_chunk(cut.id, chunk.number);
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(held->bytes, chunk.bytes);
    EXPECT_TRUE(verify_chunk(cut.id, *held).ok());
  }
  EXPECT_FALSE(store->attachment_chunk(cut.id, 3).ok());
  EXPECT_FALSE(store->attachment(our_log.id(), EntryIndex(9), cut.id.sha256).ok());
  EXPECT_FALSE(store->attachment(our_log.id(), *index, sha256("another")).ok());
}

TEST_P(Attachments, ChunksComeInOrderAndAWishIsRememberedUntilTheyAreAllHere) {
  const CutAttachment cut = file("theirs", 3 * kChunk);
  const LogId log = city_with("la.example", cut);
  const ChunkCommit first{log, EntryIndex(0), cut.id, AttachmentWish::kByHand, cut.chunks[0], {5}};
  change([&] { EXPECT_EQ(store->add_chunk(first).error().code, Code::kNotFound) << "nobody wanted it"; });
  ASSERT_TRUE(want(log, cut, AttachmentWish::kByHand).ok());
  change([&] {
    EXPECT_EQ(*store->add_chunk(first), 1U);
    EXPECT_EQ(*store->add_chunk(first), 1U) << "twice is once";
    EXPECT_EQ(*store->add_chunk({log, EntryIndex(0), cut.id, AttachmentWish::kByHand, cut.chunks[2], {5}}),
              1U)
        << "one that is not next is not taken";
  });
  const auto wants = store->load_state()->wants;
  ASSERT_EQ(wants.size(), 1U);
  EXPECT_EQ(wants[0].log, log);
  EXPECT_EQ(wants[0].id, cut.id);
  EXPECT_EQ(wants[0].chunks_held, 1U);
  EXPECT_FALSE(holds(log, cut));
  add_chunks(log, cut);
  EXPECT_TRUE(holds(log, cut));
  EXPECT_TRUE(store->load_state()->wants.empty());
}

TEST_P(Attachments, AFileThatIsNotTheOneNamedIsDroppedAndNotWantedAgain) {
  const CutAttachment cut = file("theirs");
  const LogId log = city_with("la.example", cut);
  ASSERT_TRUE(want(log, cut, AttachmentWish::kByHand).ok());
  change([&] { ASSERT_TRUE(store->finish_attachment(cut.id, false).ok()); });
  EXPECT_TRUE(store->attachment(log, EntryIndex(0), cut.id.sha256)->broken);
  EXPECT_EQ(want(log, cut, AttachmentWish::kByHand).error().code, Code::kRefused);
  EXPECT_FALSE(store->attachment_named(cut.id.sha256)->has_value());
}

TEST_P(Attachments, OnlyWhatARecordNamesMayBeWanted) {
  const CutAttachment cut = file("theirs");
  const CutAttachment other = file("other");
  const LogId log = city_with("la.example", cut);
  EXPECT_EQ(want(log, other, AttachmentWish::kByHand).error().code, Code::kNotFound);
  AttachmentId lie = cut.id;
  lie.chunk_root = other.id.chunk_root;
  change([&] {
    EXPECT_EQ(store->want_attachment({log, EntryIndex(0), lie, AttachmentWish::kByHand, 0}, {1}).error().code,
              Code::kNotFound);
  });
}

// The quota holds four chunks; a file here has two.
TEST_P(Attachments, WithinTheQuotaWhatIsForPeersGivesWayFirst) {
  const CutAttachment a = file("a"), b = file("b"), c = file("c"), d = file("d"),
                      ours = file("ours", 4 * kChunk);
  const LogId in_a = city_with("a.example", a), in_b = city_with("b.example", b);
  const LogId in_c = city_with("c.example", c), in_d = city_with("d.example", d);
  change([&] { ASSERT_TRUE(store->put_attachment(ours, {1}).ok()); });
  fetch(in_a, a, AttachmentWish::kByPolicy, 1);
  fetch(in_b, b, AttachmentWish::kForPeer, 2);
  EXPECT_TRUE(holds(in_a, a) && holds(in_b, b)) << "what is our own does not count";
  fetch(in_c, c, AttachmentWish::kForPeer, 3);
  EXPECT_FALSE(holds(in_b, b)) << "what was for peers gives way to what is";
  EXPECT_TRUE(holds(in_a, a));
  fetch(in_d, d, AttachmentWish::kByPolicy, 4);
  EXPECT_FALSE(holds(in_c, c));
  EXPECT_EQ(want(in_b, b, AttachmentWish::kByPolicy).error().code, Code::kTooLarge)
      << "what came with its note gives way to nobody but to whoever asks by hand";
  EXPECT_TRUE(holds(in_a, a) && holds(in_d, d)) << "a refusal drops nothing";
  fetch(in_b, b, AttachmentWish::kByHand, 5);
  EXPECT_FALSE(holds(in_a, a)) << "the oldest";
  EXPECT_TRUE(holds(in_d, d) && holds(in_b, b));
  const CutAttachment huge = file("huge", 5 * kChunk);
  const LogId in_e = city_with("e.example", huge);
  EXPECT_EQ(want(in_e, huge, AttachmentWish::kByHand).error().code, Code::kTooLarge);
  EXPECT_TRUE(holds(in_d, d) && holds(in_b, b)) << "a refusal drops nothing";
  EXPECT_TRUE(store->attachment_named(ours.id.sha256)->has_value());
}

// The room holds eight of these files, a city's share of it two.
TEST_P(Attachments, OneCitysFilesDoNotTakeTheRoomOfAll) {
  open(320 * limits::kMiB, "large.db");
  const auto [greedy, theirs] = city_with_large("greedy.example", 6);
  const auto [quiet, ours] = city_with_large("quiet.example", 2);
  const auto known = [&](const AttachmentId& id) {
    Status drop;
    change([&] { drop = store->finish_attachment(id, true); });
    return drop.ok();
  };
  EXPECT_TRUE(want(greedy, theirs[0], AttachmentWish::kByPolicy, 1).ok());
  EXPECT_TRUE(want(greedy, theirs[1], AttachmentWish::kByPolicy, 2).ok());
  EXPECT_EQ(want(greedy, theirs[2], AttachmentWish::kByPolicy, 3).error().code, Code::kTooLarge);
  EXPECT_EQ(want(greedy, theirs[2], AttachmentWish::kForPeer, 3).error().code, Code::kTooLarge);
  EXPECT_TRUE(want(quiet, ours[0], AttachmentWish::kByPolicy, 4).ok()) << "others have their own share";
  EXPECT_TRUE(want(greedy, theirs[2], AttachmentWish::kByHand, 5).ok()) << "what somebody asks for has none";
  EXPECT_TRUE(want(greedy, theirs[0], AttachmentWish::kByHand, 6).ok());
  EXPECT_TRUE(want(greedy, theirs[3], AttachmentWish::kByPolicy, 7).ok()) << "which made room in the share";
  change([&] { ASSERT_TRUE(store->drop_attachment(theirs[1]).ok()); });
  EXPECT_TRUE(want(greedy, theirs[4], AttachmentWish::kForPeer, 8).ok());
  ASSERT_TRUE(known(theirs[4]));
  EXPECT_TRUE(want(quiet, ours[1], AttachmentWish::kForPeer, 7).ok());
  ASSERT_TRUE(known(ours[1]));
  EXPECT_TRUE(want(greedy, theirs[5], AttachmentWish::kForPeer, 9).ok());
  EXPECT_FALSE(known(theirs[4])) << "within the share its own gives way";
  EXPECT_TRUE(known(ours[1])) << "and not another's, though older";
}

TEST_P(Attachments, AFileThatOutlivesItsCityIsCountedForItOnceItIsBackAndNoLongerThanItIsThere) {
  open(320 * limits::kMiB, "large.db");
  const auto [greedy, theirs] = city_with_large("greedy.example", 3);
  city_with_large("quiet.example", 0, {theirs[0]});
  EXPECT_TRUE(want(greedy, theirs[0], AttachmentWish::kByPolicy, 1).ok());
  EXPECT_TRUE(want(greedy, theirs[1], AttachmentWish::kByPolicy, 2).ok());
  EXPECT_EQ(want(greedy, theirs[2], AttachmentWish::kByPolicy, 3).error().code, Code::kTooLarge);
  change([&] { ASSERT_TRUE(store->remove_log(greedy, {4}).ok()); });
  sweep();
  city_with_large("greedy.example", 3);
  EXPECT_TRUE(want(greedy, theirs[1], AttachmentWish::kByPolicy, 5).ok()) << "what went made room";
  EXPECT_EQ(want(greedy, theirs[2], AttachmentWish::kByPolicy, 6).error().code, Code::kTooLarge)
      << "what the other city names is there still";
  change([&] { ASSERT_TRUE(store->drop_attachment(theirs[0]).ok()); });
  EXPECT_TRUE(want(greedy, theirs[2], AttachmentWish::kByPolicy, 7).ok());
}

// What policy wants and nobody gives is no reason to refuse what somebody asks for.
TEST_P(Attachments, WhatNeverComesGivesWayToWhatIsAskedForByHand) {
  open(320 * limits::kMiB, "large.db");
  const auto [asked, wanted] = city_with_large("asked.example", 9);
  for (const char* name : {"a.example", "b.example", "c.example", "d.example"}) {
    const auto [log, ids] = city_with_large(name, 2);
    for (const AttachmentId& id : ids) ASSERT_TRUE(want(log, id, AttachmentWish::kByPolicy, 1).ok());
  }
  EXPECT_EQ(want(asked, wanted[0], AttachmentWish::kByPolicy, 2).error().code, Code::kTooLarge);
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_TRUE(want(asked, wanted[i], AttachmentWish::kByHand, 3).ok()) << i;
  EXPECT_EQ(want(asked, wanted[8], AttachmentWish::kByHand, 4).error().code, Code::kTooLarge)
      << "what others asked for by hand and is on its way stays";
}

TEST_P(Attachments, AFileGoesWithTheLastRecordThatNamesIt) {
  const CutAttachment cut = file("shared");
  const LogId in_a = city_with("a.example", cut), in_b = city_with("b.example", cut);
  fetch(in_a, cut, AttachmentWish::kByHand);
  EXPECT_TRUE(holds(in_b, cut)) << "kept once, for whoever names it";
  change([&] { ASSERT_TRUE(store->remove_log(in_a, {9}).ok()); });
  sweep();
  EXPECT_TRUE(holds(in_b, cut));
  BodyFilter nothing;
  nothing.all = false;
  nothing.topics = {"climate"};
  change([&] { ASSERT_TRUE(store->apply_filter(in_b, nothing, {9}, EntryIndex(0), 100).ok()); });
  EXPECT_FALSE(store->attachment_named(cut.id.sha256)->has_value()) << "released with its note";
  EXPECT_FALSE(store->attachment(in_b, EntryIndex(0), cut.id.sha256).ok());
}

// Files may be gigabytes, and ours wait while others' are taken away.
TEST_P(Attachments, OfARemovedCityNoTwoLargeFilesGoInOneTransaction) {
  open(320 * limits::kMiB, "large.db");
  const auto [gone, ids] = city_with_large("gone.example", 3);
  for (const AttachmentId& id : ids) {
    ASSERT_TRUE(want(gone, id, AttachmentWish::kByHand, 1).ok());
    change([&] { ASSERT_TRUE(store->finish_attachment(id, true).ok()); });
  }
  const auto left = [&] {
    std::size_t count = 0;
    for (const AttachmentId& id : ids) count += store->attachment_named(id.sha256)->has_value() ? 1 : 0;
    return count;
  };
  ASSERT_EQ(left(), ids.size());
  change([&] { ASSERT_TRUE(store->remove_log(gone, {9}).ok()); });
  if (GetParam() == StoreKind::kSqlite) {
    std::size_t before = left();
    EXPECT_GE(before + 1, ids.size());
    for (int i = 0; i < 10 && !store->fold(std::chrono::milliseconds(0)); ++i) {
      const std::size_t now = left();
      EXPECT_LE(before, now + 1);
      before = now;
    }
  }
  sweep();
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(store->load_state()->wants.empty());
}

TEST_P(Attachments, ANoteHeldForPeersNamesItsFilesToo) {
  const CutAttachment cut = file("theirs");
  const LogId log = city_with("a.example", cut, true);
  fetch(log, cut, AttachmentWish::kForPeer);
  EXPECT_TRUE(holds(log, cut));
  BodyFilter all;
  change([&] { ASSERT_TRUE(store->apply_filter(log, all, {9}, EntryIndex(0), 100).ok()); });
  EXPECT_TRUE(holds(log, cut)) << "the note becomes ours, and its file stays";
}

// The power may go between a note and the fetch of its small file: that it is wanted is known already.
TEST_P(Attachments, WhatPolicyWantsIsRememberedWithTheNoteItself) {
  const CutAttachment a = file("a"), b = file("b", 5 * kChunk);
  MemoryStore other{MemoryStore::Options{}};
  OwnLog log = test_log("la.example");
  ASSERT_TRUE(other.begin(true).ok());
  ASSERT_TRUE(other.put_attachment(a, {1}).ok() && other.put_attachment(b, {1}).ok());
  ASSERT_TRUE(other.commit().ok());
  Draft draft = note_with("both", a);
  draft.body->mutable_practice()->add_attachments()->set_sha256(b.id.sha256.bytes());
  ASSERT_TRUE(publish(other, log, draft).ok());
  const StoredRecord record = *other.record(log.id(), EntryIndex(0));
  CommitRun commit;
  commit.run.identity = log.identity();
  commit.run.log = log.id();
  commit.run.records = {record};
  commit.run.leaves = {leaf_hash(record.entry)};
  commit.run.after = other.log_state(log.id())->range;
  commit.run.head = *other.log_state(log.id())->whole;
  commit.run.attachments = attachments_of(EntryIndex(0), record.body);
  for (const CutAttachment* cut : {&a, &b})
    commit.wants.push_back({log.id(), EntryIndex(0), cut->id, AttachmentWish::kByPolicy, 0});
  std::vector<Intent> intents;
  intents.push_back({IntentId(1), commit});
  const auto done = execute_writes(*store, intents, true);
  ASSERT_TRUE(done.front().answer.ok()) << "that one does not fit the quota is no failure";
  const auto wants = store->load_state()->wants;
  ASSERT_EQ(wants.size(), 1U);
  EXPECT_EQ(wants[0].id, a.id);
  EXPECT_EQ(wants[0].wish, AttachmentWish::kByPolicy);
}

TEST_P(Attachments, AFileOfOurOwnNoteThatComesBackIsOurOwn) {
  const CutAttachment ours = file("ours", 3 * kChunk), late = file("late");
  const LogId own = test_log("us.example").id();
  change([&] { ASSERT_TRUE(store->set_own_log(own).ok()); });
  ASSERT_EQ(city_with("us.example", ours), own);
  ASSERT_TRUE(want(own, ours, AttachmentWish::kByHand).ok()) << "whoever asks for it";
  auto wants = store->load_state()->wants;
  ASSERT_EQ(wants.size(), 1U) << "a start goes on with it";
  EXPECT_EQ(wants[0].wish, AttachmentWish::kOwn);
  // It takes no room of others, and gives way to none of them.
  const CutAttachment theirs = file("theirs", kQuota);
  const LogId la = city_with("la.example", theirs);
  fetch(la, theirs, AttachmentWish::kByHand);
  EXPECT_TRUE(holds(la, theirs));
  EXPECT_EQ(store->load_state()->wants.size(), 1U);
  add_chunks(own, ours);
  EXPECT_TRUE(holds(own, ours));
  EXPECT_TRUE(store->load_state()->wants.empty());
}

TEST_P(Attachments, AFileOfOthersIsOurOwnOnceANoteOfOursIsBackThatNamesIt) {
  const CutAttachment cut = file("both", kQuota);
  const LogId la = city_with("la.example", cut);
  fetch(la, cut, AttachmentWish::kByPolicy);
  const LogId own = test_log("us.example").id();
  change([&] { ASSERT_TRUE(store->set_own_log(own).ok()); });
  ASSERT_EQ(city_with("us.example", cut), own);
  const CutAttachment theirs = file("theirs", kQuota);
  const LogId oslo = city_with("oslo.example", theirs);
  fetch(oslo, theirs, AttachmentWish::kByHand);
  EXPECT_TRUE(holds(own, cut)) << "it does not give way";
  EXPECT_TRUE(holds(oslo, theirs));
}

TEST_P(Attachments, AnUploadThatNoNoteNamesIsForgottenAfterADay) {
  const CutAttachment named = file("named"), forgotten = file("forgotten");
  change([&] {
    ASSERT_TRUE(store->put_attachment(named, {1}).ok());
    ASSERT_TRUE(store->put_attachment(forgotten, {1}).ok());
  });
  ASSERT_TRUE(publish(*store, our_log, note_with("note", named)).ok());
  const std::int64_t later = std::chrono::milliseconds(limits::kUploadAge).count() + 2;
  change([&] { ASSERT_TRUE(store->put_attachment(file("new"), {later}).ok()); });
  EXPECT_TRUE(store->attachment_named(named.id.sha256)->has_value());
  EXPECT_FALSE(store->attachment_named(forgotten.id.sha256)->has_value());
}

TEST_P(Attachments, AnUploadThatADraftNamesStaysForAnotherDay) {
  const CutAttachment drafted = file("drafted"), forgotten = file("forgotten");
  change([&] {
    ASSERT_TRUE(store->put_attachment(drafted, {1}).ok());
    ASSERT_TRUE(store->put_attachment(forgotten, {1}).ok());
  });
  const std::int64_t day = std::chrono::milliseconds(limits::kUploadAge).count();
  EXPECT_FALSE(*store->has_old_uploads({day + 1}));
  EXPECT_TRUE(*store->has_old_uploads({day + 2}));
  const auto keep_and_put = [&](const std::vector<Hash>& named, const std::string& mark, std::int64_t at) {
    change([&] {
      ASSERT_TRUE(store->keep_uploads(named, {at}).ok());
      ASSERT_TRUE(store->put_attachment(file(mark), {at}).ok());
    });
  };
  keep_and_put({drafted.id.sha256, file("of nobody").id.sha256}, "new", day + 2);
  EXPECT_TRUE(store->attachment_named(drafted.id.sha256)->has_value());
  EXPECT_FALSE(store->attachment_named(forgotten.id.sha256)->has_value());
  EXPECT_FALSE(*store->has_old_uploads({day + 2}));
  keep_and_put({}, "newer", 2 * day + 4);
  EXPECT_FALSE(store->attachment_named(drafted.id.sha256)->has_value());
}

TEST_P(Attachments, ARolledBackTransactionHasChangedNothing) {
  const CutAttachment cut = file("theirs");
  const LogId log = city_with("a.example", cut);
  fetch(log, cut, AttachmentWish::kByHand);
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->drop_attachment(cut.id).ok());
  ASSERT_TRUE(store->remove_log(log, {9}).ok());
  ASSERT_TRUE(store->put_attachment(file("new"), {9}).ok());
  store->rollback();
  EXPECT_TRUE(holds(log, cut));
  EXPECT_FALSE(store->attachment_named(file("new").id.sha256)->has_value());
}

TEST(AttachmentErasure, LeavesNoByteOnTheDisk) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  SqliteStoreOptions options = with_epochs(unkeyed_epochs());
  options.erase_grace = std::chrono::milliseconds(0);
  auto store = std::move(*open_sqlite_store(folder.path() / "store.db", options));
  OwnLog log = test_log();
  const std::string secret = "a secret plan that must go";
  const CutAttachment cut = file(secret, 3 * kChunk), stays = file("a plan that stays");
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->put_attachment(cut, {1}).ok());
  ASSERT_TRUE(store->put_attachment(stays, {1}).ok());
  ASSERT_TRUE(store->commit().ok());
  ASSERT_TRUE(publish(*store, log, note_with("one", cut)).ok());
  ASSERT_TRUE(publish(*store, log, note_with("two", stays)).ok());
  const auto on_disk = [&](const std::string& words) { return files_contain(folder.path(), words); };
  ASSERT_TRUE(on_disk(secret));
  Draft erasure;
  erasure.entry.set_kind(v1::KIND_WITHDRAWAL);
  erasure.entry.mutable_control()->mutable_withdrawal()->set_index(0);
  erasure.entry.mutable_control()->mutable_withdrawal()->set_erase(true);
  ASSERT_TRUE(publish(*store, log, erasure).ok());
  EXPECT_FALSE(on_disk(secret));
  EXPECT_TRUE(on_disk("a plan that stays"));
  EXPECT_FALSE(store->attachment_named(cut.id.sha256)->has_value());
}

}  // namespace
}  // namespace koinon::test::attachments_test
