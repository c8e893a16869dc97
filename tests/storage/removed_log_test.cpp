// Logs that go: what is left of them, and how they come back.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/held_log.h"

namespace koinon::test::removed_log_test {
namespace {

class RemovedLog : public HeldLog {};
INSTANTIATE_TEST_SUITE_P(Stores, RemovedLog, all_stores(), store_name);

TEST_P(RemovedLog, ARemovedLogIsGoneAndComesBackUnlessItForked) {
  author.say(note("one"));
  take(author.run(0, 1, BodyState::kNotHeld, true));
  change([&] {
    ASSERT_TRUE(store->set_out_of_policy(author.log.id(), {7}, std::chrono::hours(5)).ok());
    ASSERT_TRUE(store->set_setting(kLived, "18000007").ok());
  });
  EXPECT_EQ(store->log_state(author.log.id())->out_since, UnixMillis{7});
  EXPECT_EQ(store->log_state(author.log.id())->out_lived, std::chrono::hours(5));
  EXPECT_EQ(store->load_state()->lived, std::chrono::milliseconds(18'000'007));
  change([&] { ASSERT_TRUE(store->remove_log(author.log.id(), {8}).ok()); });
  EXPECT_FALSE(store->log_state(author.log.id()).ok());
  EXPECT_FALSE(store->record(author.log.id(), EntryIndex(0)).ok());
  EXPECT_EQ(store->load_state()->logs.size(), 0U);
  EXPECT_EQ(arrivals().back(), ArrivalKind::kRemoved);
  take(author.run(0, 1, BodyState::kNotHeld, true));
  EXPECT_EQ(record(0).body, author.body(0));
  change([&] {
    ASSERT_TRUE(store->add_evidence({author.log.id(), "evidence", {9}}).ok());
    ASSERT_TRUE(store->remove_log(author.log.id(), {9}).ok());
  });
  change([&] {
    EXPECT_EQ(store->append_run(author.run(0, 1, BodyState::kNotHeld)).error().code, Code::kConflict);
  });
  EXPECT_EQ(store->evidence(author.log.id())->size(), 1U);
}

TEST_P(RemovedLog, AReadmittedLogGetsANewRow) {
  author.say(note("one"));
  take(author.run(0, 1, BodyState::kNotHeld));
  const JournalSeq before = store->log_state(author.log.id())->journal_seq;
  change([&] {
    ASSERT_TRUE(store->set_out_of_policy(author.log.id(), {7}, std::chrono::hours(5)).ok());
    const auto row = store->readmit(author.log.id());
    ASSERT_TRUE(row.ok());
    EXPECT_GT(*row, before);
  });
  EXPECT_FALSE(store->log_state(author.log.id())->out_since.has_value());
  EXPECT_EQ(store->log_state(author.log.id())->out_lived.count(), 0);
  EXPECT_GT(store->log_state(author.log.id())->journal_seq, before);
}

TEST(ARemovedLog, GoesPieceByPieceAndIsInNobodysWay) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  const auto count = [&](const std::string& what) {
    auto db = sqlite::Connection::open(path, {true, false, ""});
    EXPECT_TRUE(db.ok());
    auto select = db->prepare("SELECT count(*) FROM " + what);
    EXPECT_TRUE(select.step().ok());
    return select.number(0);
  };
  Author author;
  constexpr std::uint64_t kMany = 30;
  for (std::uint64_t i = 0; i < kMany; ++i)
    author.say(note(std::to_string(i), std::string(900 * limits::kKiB, 'x')));
  auto store = std::move(*open_sqlite_store(path, with_epochs(unkeyed_epochs())));
  const auto take = [&](const RunCommit& run) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(store->append_run(run).ok());
    ASSERT_TRUE(store->commit().ok());
  };
  take(author.run(0, kMany, BodyState::kNotHeld, true));
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->remove_log(author.log.id(), {8}).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_FALSE(store->log_state(author.log.id()).ok());
  EXPECT_FALSE(store->record(author.log.id(), EntryIndex(kMany - 1)).ok());
  EXPECT_EQ(count("record"), kMany) << "whoever removes it does not wait for that";
  take(author.run(0, 1, BodyState::kNotHeld, true));
  EXPECT_EQ(count("record"), kMany + 1) << "nor does whoever writes next";
  EXPECT_FALSE(store->fold(std::chrono::milliseconds(0)));
  EXPECT_GT(count("record"), 1U) << "no transaction is as large as the log";
  EXPECT_LT(count("record"), kMany + 1);
  // It may come again meanwhile, and the node may die.
  take(author.run(1, 2, BodyState::kNotHeld, true));
  EXPECT_EQ(store->record(author.log.id(), EntryIndex(1))->body, author.body(1));
  EXPECT_GT(count("record"), 2U);
  store.reset();
  store = std::move(*open_sqlite_store(path, with_epochs(unkeyed_epochs())));
  for (std::uint64_t i = 0; i < kMany && !store->fold(std::chrono::milliseconds(0)); ++i) {
  }
  EXPECT_TRUE(store->fold(std::chrono::milliseconds(0)));
  EXPECT_EQ(count("record"), 2U);
  EXPECT_EQ(count("gone"), 0U);
  EXPECT_EQ(count("tile"), 1U);
  EXPECT_EQ(count("arrival"), 3U) << "that it was removed, and that it came again";
  EXPECT_EQ(store->record(author.log.id(), EntryIndex(1))->body, author.body(1));
  EXPECT_EQ(store->counts()->records, 2U);
}

}  // namespace
}  // namespace koinon::test::removed_log_test
