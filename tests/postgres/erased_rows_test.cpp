// What is erased goes from the server's files to its last byte.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "storage/memory/memory_store.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/erased_rows_worker.h"
#include "storage/postgres/postgres_store.h"
#include "tests/postgres/server_has.h"
#include "tests/storage/author.h"

namespace koinon::test::erased_rows_test {

class ErasedRows : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    options.place = fresh_database();
    options.epochs = unkeyed_epochs();
    options.holder = "a test";
    options.erase_grace = std::chrono::milliseconds(0);
    options.erased_rewritten = std::chrono::milliseconds(0);
  }
  void open() {
    auto opened = open_postgres_store(options);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store = std::move(*opened);
  }
  void take(const RunCommit& run) {
    ASSERT_TRUE(store->begin(true).ok());
    const auto row = store->append_run(run);
    ASSERT_TRUE(row.ok()) << row.error().text();
    ASSERT_TRUE(store->commit().ok());
  }
  // A note with the word that is to go.
  void take_note() {
    author.say(note("one", "a zanzibarword that must go"));
    take(author.run(0, 1, BodyState::kNotHeld, true));
  }
  // VACUUM alone leaves the bytes of the second: the rows that it moves together do not cover all of them.
  void take_two_notes() {
    author.say(note("one", "an otterword that stays"));
    author.say(note("two", "a zanzibarword that must go " + std::string(1500, 'y')));
    take(author.run(0, 2, BodyState::kNotHeld, true));
  }
  // Of the last of the notes.
  void take_erasure_of(std::uint64_t index) {
    author.say(erasure_of(author.log.id(), index));
    take(author.run(index + 1, index + 2, BodyState::kNotHeld));
  }
  // In a transaction that has read a table of the store, and is open.
  std::unique_ptr<postgres::Connection> who_reads(const std::string& table) {
    auto reader = postgres::Connection::open(options.place, {});
    EXPECT_TRUE(reader.ok());
    EXPECT_TRUE((*reader)->begin_reading().ok());
    EXPECT_TRUE((*reader)->prepare("SELECT count(*) FROM koinon_store." + table).step().ok());
    return std::move(*reader);
  }
  // What is in memory alone is no matter: all of it is on the disk.
  void checkpoint() {
    const auto db = postgres::Connection::open(options.place, {});
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE((*db)->execute("SELECT pg_switch_wal()").ok());
    ASSERT_TRUE((*db)->execute("CHECKPOINT").ok());
    ASSERT_TRUE((*db)->execute("CHECKPOINT").ok());
  }

  void expect_gone() {
    checkpoint();
    EXPECT_FALSE(server_has("zanzibarword"));
  }

  void fold() {
    while (!store->fold(std::chrono::milliseconds(0))) std::this_thread::yield();
  }
  // Asks for rounds until a table is noted so.
  void wait_for_notes(const std::string& which) {
    while (notes(which) == 0) (void)store->fold(std::chrono::milliseconds(0));
  }
  static std::string round_is(const std::string& how,
                              const std::string& whose = "koinon writer: erased rows") {
    return "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
           "'" +
           whose + "' AND " + how + ")";
  }
  static bool is_so(postgres::Connection& db, const std::string& condition) {
    auto asked = db.prepare("SELECT " + condition);
    const auto row = asked.step();
    EXPECT_TRUE(row.ok());
    return !row.ok() || asked.integer(0) == 1;
  }
  void wait_until(const std::string& condition) {
    const auto db = postgres::Connection::open(options.place, {});
    ASSERT_TRUE(db.ok());
    while (!is_so(**db, condition)) std::this_thread::yield();
  }
  // Says once that it reads what stands now, as the protocol of streaming replication has it (message 'h'),
  // and goes away. The server keeps that in a slot of this name.
  void be_a_copy(const std::string& slot) {
    const auto db = postgres::Connection::open(options.place, {});
    ASSERT_TRUE(db.ok());
    auto xid = (*db)->prepare("SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)");
    ASSERT_TRUE(xid.step().ok());
    std::string message(25, '\0');  // h, a time, the oldest transaction, and another one; each with its epoch
    message[0] = 'h';
    for (unsigned i = 0; i < 4; ++i) message[9 + i] = static_cast<char>(xid.integer(0) >> (24 - 8 * i));
    PGconn* copy = PQconnectdb((place_of("postgres") + " replication=true").c_str());
    PQclear(PQexec(copy, ("CREATE_REPLICATION_SLOT " + slot + " PHYSICAL RESERVE_WAL").c_str()));
    PGresult* where = PQexec(copy, "IDENTIFY_SYSTEM");
    const std::string at = PQgetvalue(where, 0, 2);
    PQclear(where);
    PGresult* both = PQexec(copy, ("START_REPLICATION SLOT " + slot + " PHYSICAL " + at).c_str());
    EXPECT_EQ(PQresultStatus(both), PGRES_COPY_BOTH) << PQerrorMessage(copy);
    PQclear(both);
    EXPECT_EQ(PQputCopyData(copy, message.data(), static_cast<int>(message.size())), 1);
    EXPECT_EQ(PQflush(copy), 0);
    wait_until("EXISTS (SELECT 1 FROM pg_replication_slots WHERE xmin IS NOT NULL AND slot_name = '" + slot +
               "')");
    PQfinish(copy);
    wait_until("EXISTS (SELECT 1 FROM pg_replication_slots WHERE NOT active AND slot_name = '" + slot + "')");
  }
  void wait_for_no_notes() {
    while (notes("true") > 0) std::this_thread::yield();
  }
  std::int64_t notes(const std::string& which) {
    const auto db = postgres::Connection::open(options.place, {});
    EXPECT_TRUE(db.ok());
    auto count = (*db)->prepare("SELECT count(*) FROM koinon_store.erased WHERE " + which);
    EXPECT_TRUE(count.step().ok());
    return count.integer(0);
  }

  static constexpr std::chrono::milliseconds kSoon{10};
  PostgresStoreOptions options;
  std::unique_ptr<Store> store;
  Author author;
};

TEST_F(ErasedRows, AreGone) {
  open();
  take_two_notes();
  checkpoint();
  ASSERT_TRUE(server_has("zanzibarword"));
  take_erasure_of(1);
  fold();
  expect_gone();
  EXPECT_TRUE(server_has("otterword"));
}

TEST_F(ErasedRows, AreNotForgottenByAStart) {
  options.erased_rewritten = std::chrono::hours(1);
  open();
  take_note();
  take_erasure_of(0);
  fold();  // its time has not come
  store.reset();
  options.erased_rewritten = std::chrono::milliseconds(0);
  open();
  fold();
  expect_gone();
}

TEST_F(ErasedRows, WaitForWhoReadsThem) {
  open();
  take_note();
  const auto reader = who_reads("record");
  take_erasure_of(0);
  wait_for_notes("taken = 1");  // but somebody reads the table
  EXPECT_FALSE(store->fold(std::chrono::milliseconds(0)));
  reader->rollback();
  fold();
  expect_gone();
}

// It may still see what was erased, though it has read nothing of that table yet.
TEST_F(ErasedRows, WaitForWhoeverBeganBefore) {
  open();
  take_two_notes();
  const auto reader = who_reads("peer");
  take_erasure_of(1);
  wait_for_notes("taken = 1");
  wait_until("NOT " + round_is("TRUE"));
  reader->rollback();
  fold();
  expect_gone();
}

// Who found a note of what was erased before adds none, and may still write when that is taken.
TEST_F(ErasedRows, WaitForWhoFoundTheNoteAndHasNotCommitted) {
  options.erased_rewritten = std::chrono::hours(1);
  open();
  author.say(note("one", "an otterword that goes first"));
  author.say(note("two", "a zanzibarword that must go " + std::string(1500, 'y')));
  take(author.run(0, 2, BodyState::kNotHeld, true));
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(2, 3, BodyState::kNotHeld));
  fold();
  ASSERT_EQ(notes("taken = 0"), 1) << "its time has not come";
  // Not by the store: its own worker would look again when it commits.
  const auto writer = postgres::Connection::open(options.place, {});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(
      (*writer)
          ->execute("BEGIN; UPDATE koinon_store.record SET body = NULL, state = 2 WHERE length(body) > 1000")
          .ok());
  std::atomic<bool> ended = false;
  std::thread round([this, &ended] {
    postgres::ConnectionOptions named;
    named.name = "a round of the test";
    named.schema = "koinon_store";
    const auto db = postgres::Connection::open(options.place, named);
    EXPECT_TRUE(db.ok() && postgres::ErasedRows(**db, std::chrono::milliseconds(0)).fold().ok());
    ended = true;
  });
  const auto db = postgres::Connection::open(options.place, {});
  ASSERT_TRUE(db.ok());
  const std::string waits = round_is("wait_event_type = 'Lock'", "a round of the test");
  while (!ended && !is_so(**db, waits)) std::this_thread::yield();
  ASSERT_TRUE((*writer)->execute("COMMIT").ok());
  round.join();
  while (notes("true") > 0) {
    const auto all = postgres::ErasedRows(**db, std::chrono::milliseconds(0)).fold();
    ASSERT_TRUE(all.ok()) << all.error().text();
  }
  expect_gone();
}

// The server keeps them for whoever writes then, wherever that is.
TEST_F(ErasedRows, WaitForWhoWritesInAnotherDatabase) {
  open();
  take_two_notes();
  const auto other = postgres::Connection::open(fresh_database(), {});
  ASSERT_TRUE(other.ok());
  ASSERT_TRUE((*other)->execute("BEGIN; CREATE TABLE one (one BIGINT)").ok());
  take_erasure_of(1);
  wait_for_notes("taken = 1");
  wait_until("NOT " + round_is("TRUE"));
  ASSERT_TRUE((*other)->execute("ROLLBACK").ok());
  fold();
  expect_gone();
}

// And for a copy of it that has said what it reads, and is away.
TEST_F(ErasedRows, WaitForACopyThatIsAway) {
  open();
  take_two_notes();
  be_a_copy("away");
  take_erasure_of(1);
  wait_for_notes("taken = 1");
  wait_until("NOT " + round_is("TRUE"));
  EXPECT_EQ(notes("taken = 1"), 1);
  ASSERT_TRUE(test_server().run("SELECT pg_drop_replication_slot('away')"));
  fold();
  expect_gone();
}

// What a round says that has begun before is no answer.
TEST_F(ErasedRows, AreNotGoneBecauseNoneWereThereBefore) {
  open();
  take_two_notes();
  store.reset();
  {
    const auto db = postgres::Connection::open(options.place, {});
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE((*db)->execute("BEGIN; LOCK koinon_store.erased").ok());
    open();  // asks for a round
    wait_until(round_is("wait_event_type = 'Lock'"));
    ASSERT_TRUE((*db)->execute("COMMIT").ok());
  }
  wait_until("NOT " + round_is("TRUE"));
  take_erasure_of(1);
  fold();
  expect_gone();
}

// A note of them that goes before they do would be missing then.
TEST_F(ErasedRows, AreNotForgottenByOneThatEndsWhileTheTableIsWritten) {
  open();
  take_two_notes();
  const auto reader = who_reads("record");
  take_erasure_of(1);
  wait_for_notes("taken = 1");  // it was begun, and not ended
  store.reset();
  reader->rollback();
  options.erased_rewritten = std::chrono::hours(1);
  open();
  fold();
  expect_gone();
}

TEST_F(ErasedRows, BecomeDueWhereNothingIsErasedAnyMore) {
  options.erased_rewritten = std::chrono::hours(1);
  open();
  take_note();
  take_erasure_of(0);
  fold();
  const auto db = postgres::Connection::open(options.place, {});
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE((*db)->execute("UPDATE koinon_store.erased SET since_ms = since_ms - 3600001").ok());
  const postgres::ErasedRowsWorker worker(options.place, options.erased_rewritten, kSoon);
  wait_for_no_notes();
  expect_gone();
}

TEST_F(ErasedRows, ThatWereKeptForAGraceTimeGoAfterIt) {
  options.erase_grace = std::chrono::hours(1);
  open();
  take_note();
  take_erasure_of(0);
  fold();
  checkpoint();
  EXPECT_TRUE(server_has("zanzibarword")) << "its city may still want it back";
  while (!store->fold(std::chrono::hours(2))) {
  }
  const postgres::ErasedRowsWorker worker(options.place, options.erased_rewritten, kSoon);
  wait_for_no_notes();
  expect_gone();
}

}  // namespace koinon::test::erased_rows_test
