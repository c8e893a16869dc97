// What is written together, in which order, and what becomes of each part of it.
#include "node/replication/write_group.h"

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "node/replication/write_pace.h"
#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"

namespace koinon::test::write_group_test {
namespace {

Intent intent(std::uint64_t number, IntentBody body = CommitAsks{}) {
  return {IntentId(number), std::move(body)};
}
DraftWrite draft() {
  return {[](StoreReader&) -> Result<Draft> { return Draft{}; }, [](const Result<Published>&) {}};
}
ChangeWrite change() {
  return {[](Store&) { return Status(); }, [](const Status&) {}};
}
std::vector<std::uint64_t> ids(const std::vector<Intent>& intents) {
  std::vector<std::uint64_t> out;
  for (const Intent& one : intents) out.push_back(one.id.value);
  return out;
}
DraftSigner signer(Result<PublishedBatch> answer) {
  return [answer = std::move(answer)](Store& store, const std::vector<DraftMaker>&, UnixMillis) {
    EXPECT_TRUE(store.set_setting("signed", "yes").ok()) << "a transaction is open";
    return answer;
  };
}
bool is_signed(Store& store) { return (*store.setting("signed")).has_value(); }

TEST(WriteQueue, AGroupIsOfOneSortAndKeepsTheOrder) {
  WriteQueue queue;
  queue.add(draft());
  queue.add(draft());
  queue.add(change());
  queue.add(draft());
  EXPECT_EQ(queue.take().drafts.size(), 2U);
  EXPECT_EQ(queue.take().changes.size(), 1U);
  EXPECT_EQ(queue.take().drafts.size(), 1U);
  EXPECT_TRUE(queue.empty());
  queue.add(intent(1));
  queue.add(intent(2));
  EXPECT_EQ(ids(queue.take().intents), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(queue.empty());
}

TEST(WriteQueue, OursGoesFirstAndNeverTwiceWhileOthersWait) {
  WriteQueue queue;
  queue.add(intent(1));
  queue.add(draft());
  queue.add(change());
  EXPECT_EQ(queue.take().drafts.size(), 1U);
  EXPECT_EQ(queue.take().intents.size(), 1U);
  EXPECT_EQ(queue.take().changes.size(), 1U);
  EXPECT_TRUE(queue.empty());
}

TEST(WriteQueue, AGroupHasALimit) {
  WriteQueue queue;
  for (std::uint64_t i = 0; i < limits::kWriteGroup + 1; ++i) queue.add(intent(i));
  for (std::uint64_t i = 0; i < limits::kWriteGroup + 1; ++i) queue.add(draft());
  EXPECT_EQ(queue.take().drafts.size(), limits::kWriteGroup);
  EXPECT_EQ(queue.take().intents.size(), limits::kWriteGroup);
  EXPECT_EQ(queue.take().drafts.size(), 1U);
  EXPECT_EQ(ids(queue.take().intents), std::vector<std::uint64_t>{limits::kWriteGroup});
}

// So that ours does not wait for long.
TEST(WriteQueue, AGroupEndsWithTheIntentThatMakesItLarge) {
  CommitRun run;
  run.run.records.resize(1);
  run.run.records.front().body = Bytes(4000, 'b');
  WriteQueue queue;
  for (std::uint64_t i = 1; i <= 5; ++i) queue.add(intent(i, run));
  const WriteGroup two = queue.take(5000);
  EXPECT_EQ(ids(two.intents), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(two.bytes, 2 * bytes_held(run.run.records));
  EXPECT_EQ(ids(queue.take(1).intents), (std::vector<std::uint64_t>{3})) << "however little is asked for";
  EXPECT_EQ(ids(queue.take().intents), (std::vector<std::uint64_t>{4, 5}));
}

TEST(WritePace, FollowsWhatTheStoreCanDo) {
  using std::chrono::milliseconds;
  WritePace pace;
  // A group costs 10 ms, and each MiB of it 20 ms, or 300 ms where the server is slow.
  const auto write = [&pace](std::uint64_t waits, std::uint64_t per_mib) {
    const std::uint64_t bytes = std::min(waits, pace.most_bytes());
    const milliseconds took(static_cast<std::int64_t>(10 + per_mib * bytes / limits::kMiB));
    pace.note(bytes, took);
    return took;
  };
  for (int i = 0; i < 20; ++i) EXPECT_LT(write(limits::kInFlightBytes, 20), milliseconds(200));
  EXPECT_GE(pace.most_bytes(), 4 * limits::kMiB) << "a fast one writes much at once";
  (void)write(limits::kInFlightBytes, 300);  // nobody knew
  for (int i = 0; i < 20; ++i) EXPECT_LT(write(limits::kInFlightBytes, 300), milliseconds(350));
  EXPECT_GE(pace.most_bytes(), limits::kChunkTargetBytes) << "one run fits into each";
  const std::uint64_t before = pace.most_bytes();
  for (int i = 0; i < 20; ++i) (void)write(1000, 20);
  EXPECT_EQ(pace.most_bytes(), before) << "small groups say nothing of large ones";
  pace.note(0, std::chrono::hours(1));
  EXPECT_GE(pace.most_bytes(), limits::kChunkTargetBytes);
}

TEST(WriteQueue, NothingWaitsThenNothingIsTaken) {
  WriteQueue queue;
  const WriteGroup group = queue.take();
  EXPECT_TRUE(group.intents.empty() && group.drafts.empty() && group.changes.empty());
}

TEST(WriteGroup, SurvivesAPowerFailureIfOneOfItMustNotBeLost) {
  const IntentBody lost_or_not[] = {CommitAsks{}, CommitOutOfPolicy{LogId(), UnixMillis{1}}};
  for (const IntentBody& body : lost_or_not) {
    MemoryStore store(MemoryStore::Options{});
    const auto written = write_intents(store, {intent(1), intent(2, body)}, 0);
    ASSERT_EQ(written.completions.size(), 2U);
    EXPECT_EQ(written.completions[0].id, IntentId(1));
    EXPECT_EQ(written.completions[1].id, IntentId(2));
    EXPECT_TRUE(written.completions[0].answer.ok());
    EXPECT_FALSE(written.arrivals);
    EXPECT_EQ(store.volatile_transactions() == 0, needs_durability(body));
  }
}

TEST(WriteGroup, DraftsStandTogetherOrNotAtAll) {
  MemoryStore store(MemoryStore::Options{});
  const Error refusal = fail(Code::kRefused, "the log is frozen", "log");
  const auto refused = write_drafts(store, signer(refusal), {draft(), draft()}, {1});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kRefused);
  EXPECT_FALSE(is_signed(store));

  PublishedBatch batch;
  batch.results = {Published{EntryIndex(7), {}}, fail(Code::kConflict, "it stands already")};
  ASSERT_TRUE(write_drafts(store, signer(batch), {draft(), draft()}, {1}).ok());
  EXPECT_TRUE(is_signed(store));
}

TEST(WriteGroup, EachDraftIsToldWhatBecameOfIt) {
  std::vector<Result<Published>> told;
  const auto asking = [&told] {
    DraftWrite out = draft();
    out.done = [&told](Result<Published> published) { told.push_back(std::move(published)); };
    return out;
  };
  const std::vector<DraftWrite> drafts = {asking(), asking()};
  PublishedBatch batch;
  batch.results = {Published{EntryIndex(7), {}}, fail(Code::kConflict, "it stands already")};
  answer_drafts(drafts, batch);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]->index, EntryIndex(7));
  EXPECT_EQ(told[1].error().code, Code::kConflict);
  answer_drafts(drafts, fail(Code::kDiskFull, "the disk is full"));
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(told[2].error().code, Code::kDiskFull);
  EXPECT_EQ(told[3].error().code, Code::kDiskFull);
}

TEST(WriteGroup, AChangeThatFailsLeavesNothing) {
  MemoryStore store(MemoryStore::Options{});
  const Status failed = write_change(store, [](Store& open) -> Status {
    KOINON_TRY(open.set_setting("name", "value"));
    return fail(Code::kConflict, "it is pinned already");
  });
  EXPECT_EQ(failed.error().code, Code::kConflict);
  EXPECT_FALSE((*store.setting("name")).has_value());
  EXPECT_TRUE(write_change(store, [](Store& open) { return open.set_setting("name", "value"); }).ok());
  EXPECT_TRUE((*store.setting("name")).has_value());
}

}  // namespace
}  // namespace koinon::test::write_group_test
