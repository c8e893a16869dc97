// What a city erases is kept for a while, and nobody reads it: if a thief did it, it comes back.
#include <thread>

#include <gtest/gtest.h>

#include "storage/store/body_rules.h"
#include "tests/files_contain.h"
#include "tests/storage/all_stores.h"
#include "tests/storage/author.h"
#include "tests/storage/filed_note.h"

namespace koinon::test::grace_test {
namespace {

// A city's own log, in which entries 0 to 2 are notes, the first one with a file.
class Grace : public AllStores {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open_with(std::chrono::hours(72));
  }
  void open_with(std::chrono::milliseconds grace) {
    SqliteStoreOptions options;
    options.erase_grace = grace;
    open(options, "store.db");
    change([&] {
      ASSERT_TRUE(store->set_own_log(log.id()).ok());
      ASSERT_TRUE(store->put_attachment(plan, {1}).ok());
    });
    say(note_with("first", plan));
    say(note("second", "the second text"));
    say(note("third"));
  }
  void say(const Draft& draft) {
    const auto index = publish(*store, log, draft);
    ASSERT_TRUE(index.ok()) << index.error().text();
  }
  void erase(std::uint64_t index) { say(erasure_of(log.id(), index)); }
  void recover(std::uint64_t size) {
    const Status taken = take_back(*store, log, size);
    ASSERT_TRUE(taken.ok()) << taken.error().text();
  }
  // After all that is over has gone.
  void fold(std::int64_t hours) {
    // On a server bytes are taken away on another thread.
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    bool folded = store->fold(std::chrono::hours(hours));
    while (!folded && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
      folded = store->fold(std::chrono::hours(hours));
    }
    EXPECT_TRUE(folded);
  }
  StoredRecord record(std::uint64_t index) { return *store->record(log.id(), EntryIndex(index)); }
  std::uint64_t bytes() { return store->log_state(log.id())->bytes; }
  bool has_plan(std::uint64_t index) {
    const auto state = store->attachment(log.id(), EntryIndex(index), plan.id.sha256);
    return state.ok() && state->complete && store->attachment_chunk(plan.id, 1).ok();
  }
  bool plan_is_found() {
    return store->attachment_named(plan.id.sha256)->has_value() || store->attachment_chunk(plan.id, 0).ok();
  }

  OwnLog log = test_log();
  CutAttachment plan = file("a plan");
};
INSTANTIATE_TEST_SUITE_P(Stores, Grace, all_stores(), store_name);

TEST_P(Grace, WhatAThiefErasedComesBackWholeAtOnce) {
  const Bytes first = record(0).body;
  const Bytes second = record(1).body;
  const std::uint64_t before = bytes();
  erase(0);
  erase(1);
  for (const std::uint64_t i : {0U, 1U}) {
    EXPECT_EQ(record(i).state, BodyState::kErased);
    EXPECT_TRUE(record(i).body.empty());
  }
  EXPECT_FALSE(has_plan(0));
  EXPECT_FALSE(plan_is_found()) << "nobody reads it";
  fold(71);
  recover(3);
  EXPECT_EQ(record(0).body, first);
  EXPECT_EQ(record(0).state, BodyState::kHeld);
  EXPECT_EQ(record(1).body, second);
  EXPECT_TRUE(has_plan(0));
  EXPECT_TRUE(store->unheld(log.id(), EntryIndex(0), 10)->empty());
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(store->arrival_of(log.id(), EntryIndex(1))->value().kind, ArrivalKind::kBody)
      << "the index finds it again";
  fold(1000);
  EXPECT_EQ(record(0).body, first) << "it is not the kept one any more that goes";
  EXPECT_TRUE(has_plan(0));
}

TEST_P(Grace, OnceItsTimeIsOverItIsGone) {
  const std::uint64_t whole = bytes();
  const std::size_t size = record(0).body.size();
  erase(0);
  fold(71);
  EXPECT_FALSE(has_plan(0));
  fold(73);
  recover(3);
  EXPECT_EQ(record(0).state, BodyState::kNotHeld) << "it is asked for";
  EXPECT_FALSE(has_plan(0));
  EXPECT_FALSE(plan_is_found());
  EXPECT_EQ(bytes(), whole - size);
}

// Nobody drives out what others erased, nor fills the disk by erasing.
TEST_P(Grace, WhatOtherCitiesEraseHasAQuota) {
  SqliteStoreOptions options;
  options.grace_bytes = 4 * limits::kBodyBytes;
  store.reset();
  open(options, "other.db");
  Author milan("milan.example");
  for (int i = 0; i < 3; ++i) milan.say(note("note " + std::to_string(i), std::string(600'000, 'x')));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(0, 3, BodyState::kNotHeld, true)).ok()); });
  for (int i = 0; i < 2; ++i) milan.say(erasure_of(milan.log.id(), static_cast<std::uint64_t>(i)));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(3, 5, BodyState::kNotHeld, true)).ok()); });
  ASSERT_TRUE(take_back(*store, milan.log, 3).ok());
  EXPECT_EQ(store->record(milan.log.id(), EntryIndex(0))->state, BodyState::kHeld) << "the first has room";
  EXPECT_EQ(store->record(milan.log.id(), EntryIndex(1))->state, BodyState::kNotHeld)
      << "a quarter is taken by it";
}

TEST_P(Grace, WhatOurOwnCityErasesTakesNoRoomOfOthers) {
  SqliteStoreOptions options;
  options.grace_bytes = 4 * limits::kBodyBytes;
  store.reset();
  log = test_log("oslo.example");
  open(options, "other.db");
  change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
  for (int i = 0; i < 8; ++i) say(note("note " + std::to_string(i), std::string(600'000, 'x')));
  for (std::uint64_t i = 0; i < 8; ++i) erase(i);
  Author milan("milan.example");
  milan.say(note("note", std::string(600'000, 'x')));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(0, 1, BodyState::kNotHeld, true)).ok()); });
  milan.say(erasure_of(milan.log.id(), 0));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(1, 2, BodyState::kNotHeld, true)).ok()); });
  ASSERT_TRUE(take_back(*store, milan.log, 1).ok());
  EXPECT_EQ(store->record(milan.log.id(), EntryIndex(0))->state, BodyState::kHeld);
}

TEST(GraceRoom, AFewCitiesThatFillTheirSharesLeaveRoomForOthers) {
  const std::uint64_t quota = 1024 * limits::kMiB;
  std::uint64_t all = 0;
  for (int city = 0; city < 8; ++city) {
    for (std::uint64_t of_city = 0; has_grace_room(limits::kMiB, of_city, all, quota);) {
      of_city += limits::kMiB;
      all += limits::kMiB;
    }
  }
  EXPECT_TRUE(has_grace_room(limits::kMiB, 0, all, quota));
  EXPECT_FALSE(has_grace_room(limits::kMiB, quota / 64, all, quota)) << "it has its floor";
  EXPECT_FALSE(has_grace_room(limits::kMiB, 0, quota, quota));
}

TEST_P(Grace, NoClockEndsItsTimeOrKeepsItFromEnding) {
  const auto erase_at = [&](std::uint64_t index, UnixMillis wall) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(log.publish(*store,
                            {[&](StoreReader&) -> Result<Draft> { return erasure_of(log.id(), index); }},
                            wall)
                    .ok());
    ASSERT_TRUE(store->commit().ok());
  };
  fold(10);
  const UnixMillis in_1970{1};
  const UnixMillis in_2096{4'000'000'000'000};
  erase_at(0, in_1970);
  erase_at(1, in_2096);
  fold(81);
  recover(3);
  EXPECT_EQ(record(0).state, BodyState::kHeld);
  EXPECT_EQ(record(1).state, BodyState::kHeld);
  erase_at(0, in_1970);
  erase_at(1, in_2096);
  fold(81 + 73);
  recover(4);  // the statement of the first stands
  EXPECT_EQ(record(0).state, BodyState::kNotHeld) << "the node ran for 73 hours";
  EXPECT_EQ(record(1).state, BodyState::kNotHeld);
}

TEST_P(Grace, WhatTheCityItselfErasedStaysErased) {
  erase(1);
  erase(0);
  recover(4);
  EXPECT_EQ(record(1).state, BodyState::kErased) << "by entry 3, which stands";
  EXPECT_FALSE(record(0).body.empty()) << "by entry 4, which is void";
}

TEST_P(Grace, ErasedOnceMoreItIsKeptAnew) {
  erase(0);
  recover(3);
  erase(0);
  EXPECT_FALSE(has_plan(0));
  recover(4);
  EXPECT_TRUE(has_plan(0));
  EXPECT_EQ(record(0).state, BodyState::kHeld);
}

TEST_P(Grace, WhatIsVoidDoesNotComeBackInAnothersPlace) {
  say(note("a thief's", "a thief's text"));
  erase(3);
  recover(3);
  fold(0);
  say(note("fourth"));
  const EntryIndex fourth(4);  // behind the statement
  ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), fourth.value)).ok());
  recover(5);
  EXPECT_NE(record(fourth.value).body.find("fourth"), Bytes::npos);
}

TEST_P(Grace, AFileThatAnotherNoteNamesIsReadAllTheSame) {
  Draft other = note_with("fourth", plan);
  say(other);
  erase(0);
  EXPECT_TRUE(has_plan(3));
  erase(3);
  EXPECT_FALSE(plan_is_found());
  fold(73);
  EXPECT_FALSE(plan_is_found());
}

TEST_P(Grace, ANoteOfAnotherCityDoesNotBringAFileBack) {
  erase(0);
  ASSERT_FALSE(plan_is_found());
  Author milan("milan.example");
  ASSERT_TRUE(milan.store.begin(true).ok());
  ASSERT_TRUE(milan.store.put_attachment(plan, {1}).ok());
  ASSERT_TRUE(milan.store.commit().ok());
  milan.say(note_with("theirs", plan));
  RunCommit run = milan.run(0, 1, BodyState::kNotHeld, true);
  run.attachments = attachments_of(EntryIndex(0), run.records[0].body);
  change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
  EXPECT_FALSE(plan_is_found());
  const AttachmentWant want{milan.log.id(), EntryIndex(0), plan.id, AttachmentWish::kByHand, 0};
  change([&] { EXPECT_FALSE(store->want_attachment(want, {2}).ok()) << "nor take its place"; });
  EXPECT_EQ(store->attachment(milan.log.id(), EntryIndex(0), plan.id.sha256)->chunks_held, 0U);
  fold(73);
  EXPECT_FALSE(plan_is_found());
  change([&] { EXPECT_TRUE(store->want_attachment(want, {2}).ok()) << "then it is one like any other"; });
}

TEST_P(Grace, ANoteOfTheSameCityDoes) {
  erase(0);
  ASSERT_FALSE(plan_is_found());
  change([&] { ASSERT_TRUE(store->put_attachment(plan, {1}).ok()); });
  say(note_with("again", plan));
  EXPECT_TRUE(has_plan(4));
  fold(73);
  EXPECT_TRUE(has_plan(4)) << "it is named";
}

TEST_P(Grace, OfARemovedLogNothingIsKept) {
  erase(0);
  change([&] { ASSERT_TRUE(store->remove_log(log.id(), {2}).ok()); });
  fold(0);
  EXPECT_FALSE(plan_is_found());
}

TEST_P(Grace, AChangeThatFailsHasKeptNothingAndLostNothing) {
  const Bytes first = record(0).body;
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(
      log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return erasure_of(log.id(), 0); }}, {1})
          .ok());
  store->rollback();
  EXPECT_EQ(record(0).body, first);
  fold(1000);
  EXPECT_EQ(record(0).body, first);
  EXPECT_TRUE(has_plan(0));
}

TEST_P(Grace, NoneIsKeptWhereNoneIsWanted) {
  store.reset();
  log = test_log("milan.example");
  SqliteStoreOptions options;
  options.erase_grace = std::chrono::milliseconds(0);
  open(options, "other.db");
  change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
  say(note("first", "a word of it"));
  erase(0);
  EXPECT_FALSE(files_contain(folder.path(), "a word of it"));
  recover(1);
  EXPECT_EQ(record(0).state, BodyState::kNotHeld);
}

}  // namespace
}  // namespace koinon::test::grace_test
