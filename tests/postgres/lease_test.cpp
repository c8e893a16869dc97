// Two programs want to write in one store.
#include "storage/postgres/lease.h"

#include <thread>

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/postgres_store.h"
#include "tests/postgres/test_server.h"

namespace koinon::test::lease_test {

class Writers : public testing::Test {
 protected:
  void SetUp() override { place = fresh_database(); }
  Result<std::unique_ptr<Store>> open(const std::string& holder, bool keeps_lease_at_start = false) {
    PostgresStoreOptions options;
    options.keeps_lease_at_start = keeps_lease_at_start;
    options.epochs = unkeyed_epochs();
    options.place = place;
    options.holder = holder;
    return open_postgres_store(options);
  }
  // As if the holder had shown no sign of life for so long.
  void let_pass(std::chrono::seconds time) {
    const auto db = postgres::Connection::open(place, {});
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE((*db)
                    ->execute("UPDATE koinon_store.writer SET alive_at_ms = alive_at_ms - " +
                              std::to_string(time.count() * 1000))
                    .ok());
  }
  static Status put(Store& store, const std::string& value) {
    KOINON_TRY(store.begin(true));
    KOINON_TRY(store.set_setting("said", value));
    return store.commit();
  }

  PostgresPlace place;
};

TEST_F(Writers, TheSecondIsToldWhoWrites) {
  const auto first = open("koinond on hub1");
  ASSERT_TRUE(first.ok()) << first.error().text();
  const auto second = open("koinond on hub2");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_EQ(second.error().id, "store.written");
  EXPECT_NE(second.error().text().find("koinond on hub1"), std::string::npos);
  EXPECT_TRUE(put(**first, "still").ok());
}

TEST_F(Writers, WhoEndsGivesTheLeaseBack) {
  { ASSERT_TRUE(open("koinond on hub1").ok()); }
  EXPECT_TRUE(open("koinond on hub2").ok());
}

TEST_F(Writers, WhoEndsWithinATransactionGivesItBackToo) {
  {
    const auto first = open("koinond on hub1");
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE((*first)->begin(true).ok());
    ASSERT_TRUE((*first)->set_setting("said", "half").ok());
  }
  const auto second = open("koinond on hub2");
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_FALSE(*(*second)->setting("said"));
}

TEST_F(Writers, OneThatShowsNoSignOfLifeIsFencedOff) {
  const auto first = open("koinond on hub1");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(put(**first, "first").ok());
  let_pass(std::chrono::seconds(16));
  const auto second = open("koinond on hub2");
  ASSERT_TRUE(second.ok()) << second.error().text();
  const Status late = put(**first, "late");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kRefused);
  EXPECT_EQ(late.error().id, "store.fenced");
  EXPECT_EQ((*first)->keep_lease().error().id, "store.fenced");
  EXPECT_EQ(*(*second)->setting("said"), Bytes("first"));
  EXPECT_TRUE(put(**second, "second").ok());
  EXPECT_EQ(*(*second)->setting("said"), Bytes("second"));
}

TEST_F(Writers, OneThatShowsSignsOfLifeKeepsTheLease) {
  const auto first = open("koinond on hub1");
  ASSERT_TRUE(first.ok());
  let_pass(std::chrono::seconds(14));
  ASSERT_TRUE((*first)->keep_lease().ok());
  let_pass(std::chrono::seconds(14));
  EXPECT_FALSE(open("koinond on hub2").ok());
}

TEST_F(Writers, OneWhoseStartTakesLongKeepsTheLease) {
  const auto first = open("koinond on hub1", true);
  ASSERT_TRUE(first.ok());
  let_pass(std::chrono::seconds(16));
  const auto reader = open_postgres_reader(place);
  ASSERT_TRUE(reader.ok());
  while ((*reader)->lag()->behind > std::chrono::seconds(10)) std::this_thread::yield();
  EXPECT_EQ(open("koinond on hub2").error().id, "store.written");
  ASSERT_TRUE((*first)->keep_lease().ok());  // from now on it keeps it itself
  let_pass(std::chrono::seconds(16));
  EXPECT_TRUE(open("koinond on hub2").ok());
}

// After a failover to a server whose clock is behind, the writer that failed would seem to live for as long.
TEST_F(Writers, OneWhoseSignOfLifeIsFromTheFutureIsFencedOff) {
  const auto first = open("koinond on hub1");
  ASSERT_TRUE(first.ok());
  let_pass(-std::chrono::hours(1));
  const auto second = open("koinond on hub2");
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_EQ(put(**first, "late").error().id, "store.fenced");
}

// The takeover waits for the transaction that is open, which may still commit; the next one may not.
TEST_F(Writers, NothingIsCommittedBehindATakeover) {
  const auto first = open("koinond on hub1");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE((*first)->begin(true).ok());
  ASSERT_TRUE((*first)->set_setting("said", "in time").ok());
  ASSERT_TRUE((*first)->commit().ok());
  let_pass(std::chrono::seconds(16));
  const auto second = open("koinond on hub2");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*(*second)->setting("said"), Bytes("in time"));
  EXPECT_FALSE((*first)->begin(true).ok());
}

TEST_F(Writers, AReaderSeesWhoWritesAndHowLongAgo) {
  const auto first = open("koinond on hub1");
  ASSERT_TRUE(first.ok());
  const auto reader = open_postgres_reader(place);
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  auto lag = (*reader)->lag();
  ASSERT_TRUE(lag.ok()) << lag.error().text();
  EXPECT_EQ(lag->writer, "koinond on hub1");
  EXPECT_FALSE(lag->standby);
  EXPECT_EQ(lag->behind.count(), 0);
  let_pass(std::chrono::seconds(60));
  EXPECT_GE((*reader)->lag()->behind, std::chrono::seconds(60));
  ASSERT_TRUE((*first)->keep_lease().ok());
  EXPECT_EQ((*reader)->lag()->behind.count(), 0);
}

TEST_F(Writers, AReaderOfAnEmptyDatabaseIsRefused) {
  const auto reader = open_postgres_reader(place);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code, Code::kRefused);
}

}  // namespace koinon::test::lease_test
