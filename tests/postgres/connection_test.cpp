#include "storage/postgres/connection.h"

#include <array>
#include <thread>

#include <gtest/gtest.h>

#include "storage/postgres/schema_steps.h"
#include "tests/postgres/test_server.h"

namespace koinon::test::postgres_connection_test {

using postgres::Connection;

class PostgresConnection : public testing::Test {
 protected:
  void SetUp() override {
    place = fresh_database();
    db = open();
    ASSERT_TRUE(db);
    ASSERT_TRUE(db->execute("CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, bytes BYTEA, real DOUBLE "
                            "PRECISION)")
                    .ok());
  }
  std::unique_ptr<Connection> open(postgres::ConnectionOptions options = {}) {
    auto opened = Connection::open(place, std::move(options));
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  Status add(std::int64_t id, std::string_view name = "one") {
    auto put = db->prepare("INSERT INTO thing (id, name) VALUES (?, ?)");
    return put.bind(id).bind_text(name).run();
  }
  std::int64_t count() {
    auto select = db->prepare("SELECT count(*) FROM thing");
    const auto row = select.step();
    EXPECT_TRUE(row.ok()) << row.error().text();
    return row.ok() ? select.integer(0) : -1;
  }
  // The server ends the session of `other`, as it does when it is stopped.
  void end_session(Connection& other) {
    auto pid = other.prepare("SELECT pg_backend_pid()");
    ASSERT_TRUE(pid.step().ok());
    auto end = db->prepare("SELECT pg_terminate_backend(CAST(? AS INTEGER))");
    ASSERT_TRUE(end.bind(pid.integer(0)).step().ok());
    // Not at once: it is gone when the server does not list it any more.
    while (true) {
      auto there = db->prepare("SELECT count(*) FROM pg_stat_activity WHERE pid = ?");
      ASSERT_TRUE(there.bind(pid.integer(0)).step().ok());
      if (there.integer(0) == 0) return;
    }
  }

  PostgresPlace place;
  std::unique_ptr<Connection> db;
};

TEST_F(PostgresConnection, ValuesComeBackAsTheyWere) {
  const Bytes bytes("a\0b\xFF", 4);
  auto put = db->prepare("INSERT INTO thing (id, name, bytes, real) VALUES (?, ?, ?, ?)");
  ASSERT_TRUE(put.bind(INT64_MIN).bind_text("Seúl 서울").bind_blob(bytes).bind_real(-0.125).run().ok());
  auto select = db->prepare("SELECT id, name, bytes, real, NULL IS NULL, id < 0 FROM thing");
  ASSERT_TRUE(*select.step());
  EXPECT_EQ(select.integer(0), INT64_MIN);
  EXPECT_EQ(select.text(1), "Seúl 서울");
  EXPECT_EQ(select.blob(2), bytes);
  EXPECT_EQ(select.real(3), -0.125);
  EXPECT_EQ(select.integer(4), 1);
  EXPECT_FALSE(select.is_null(0));
  EXPECT_FALSE(*select.step());
}

TEST_F(PostgresConnection, NothingIsNull) {
  auto put = db->prepare("INSERT INTO thing (id, name, bytes) VALUES (?, ?, ?)");
  ASSERT_TRUE(put.bind(1).bind_null().bind_blob({}).run().ok());
  auto select = db->prepare("SELECT name, bytes FROM thing WHERE id = ?");
  ASSERT_TRUE(*select.bind(1).step());
  EXPECT_TRUE(select.is_null(0));
  EXPECT_FALSE(select.is_null(1));
  EXPECT_TRUE(select.blob(1).empty());
}

TEST_F(PostgresConnection, ATextWithANulIsKeptWithoutIt) {
  using std::string_view_literals::operator""sv;
  auto put = db->prepare("INSERT INTO thing (id, name) VALUES (?, ?)");
  ASSERT_TRUE(put.bind(1).bind_text("a\0b"sv).run().ok());
  auto select = db->prepare("SELECT name FROM thing");
  ASSERT_TRUE(*select.step());
  EXPECT_EQ(select.text(0), "a\uFFFDb");
}

// Else a name of such bytes, which nobody has, is a fault of the server and not one that is not found; and
// one such text takes a whole transaction with it.
TEST_F(PostgresConnection, ATextThatIsNotUtf8IsKeptAsFarAsItIs) {
  const std::string wrong = "Seo\xC3";
  ASSERT_TRUE(add(1, wrong).ok());
  auto select = db->prepare("SELECT id, name FROM thing WHERE name = ?");
  const auto row = select.bind_text(wrong).step();
  ASSERT_TRUE(row.ok()) << row.error().text();
  ASSERT_TRUE(*row);
  EXPECT_EQ(select.text(1), "Seo\uFFFD");
  const auto bulk = db->bulk({"thing", {"id", "name"}}, 100);
  ASSERT_TRUE(bulk.ok()) << bulk.error().text();
  for (std::int64_t id = 100; id < 200; ++id) {
    (*bulk)->put(id);
    (*bulk)->put_text(wrong);
    ASSERT_TRUE((*bulk)->end_row().ok());
  }
  const Status copied = (*bulk)->finish();
  ASSERT_TRUE(copied.ok()) << copied.error().text();
  auto many = db->prepare("SELECT count(*) FROM thing WHERE name = ?");
  ASSERT_TRUE(many.bind_text(wrong).step().ok());
  EXPECT_EQ(many.integer(0), 101);
}

TEST_F(PostgresConnection, AStatementThatNobodyWaitedForFailsTheTransaction) {
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(db->begin(true).ok());
  ASSERT_TRUE(add(2).ok());
  (void)add(1);  // a conflict, which is not heard of yet
  (void)add(3);
  EXPECT_FALSE(db->commit().ok());
  db->rollback();
  EXPECT_EQ(count(), 1);
  ASSERT_TRUE(db->begin(true).ok());
  ASSERT_TRUE(add(4).ok());
  EXPECT_TRUE(db->commit().ok());
  EXPECT_EQ(count(), 2);
}

// Else the change would be taken for done, and be missing.
TEST_F(PostgresConnection, ASavepointDoesNotHideSuchAFailure) {
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(db->begin(true).ok());
  ASSERT_TRUE(db->prepare("SAVEPOINT change").run().ok());
  (void)add(1);
  (void)db->prepare("RELEASE SAVEPOINT change").run();
  (void)db->prepare("SAVEPOINT change").run();
  auto select = db->prepare("SELECT count(*) FROM thing");
  EXPECT_FALSE(select.step().ok());
  EXPECT_FALSE(db->in_transaction());
  EXPECT_FALSE(db->prepare("ROLLBACK TO SAVEPOINT change").run().ok());
  EXPECT_FALSE(db->commit().ok());
  db->rollback();
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresConnection, AFailureThatIsHeardIsTakenBackAlone) {
  ASSERT_TRUE(db->begin(true).ok());
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(db->prepare("SAVEPOINT change").run().ok());
  auto wrong = db->prepare("SELECT 1 / (SELECT count(*) - 1 FROM thing)");
  EXPECT_FALSE(wrong.step().ok());
  EXPECT_TRUE(db->in_transaction());
  ASSERT_TRUE(db->prepare("ROLLBACK TO SAVEPOINT change").run().ok());
  ASSERT_TRUE(add(2).ok());
  ASSERT_TRUE(db->commit().ok());
  EXPECT_EQ(count(), 2);
}

TEST_F(PostgresConnection, ChangesAreCounted) {
  ASSERT_TRUE(db->begin(false).ok());
  for (int id = 0; id < 5; ++id) ASSERT_TRUE(add(id).ok());
  auto remove = db->prepare("DELETE FROM thing WHERE id >= ?");
  ASSERT_TRUE(remove.bind(2).run().ok());
  EXPECT_EQ(*db->changes(), 3);
  ASSERT_TRUE(db->commit().ok());
}

TEST_F(PostgresConnection, ManyRowsAreCopiedAndAFewAreToo) {
  for (const std::int64_t rows : {3, 1000}) {
    ASSERT_TRUE(db->begin(true).ok());
    const auto bulk = db->bulk({"thing", {"id", "name", "bytes", "real"}}, static_cast<std::size_t>(rows));
    ASSERT_TRUE(bulk.ok()) << bulk.error().text();
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::string name = "name " + std::to_string(i);
      (*bulk)->put(rows * 10'000 + i);
      (*bulk)->put_text(name);
      (*bulk)->put_null();
      (*bulk)->put_real(0.5);
      ASSERT_TRUE((*bulk)->end_row().ok());
    }
    ASSERT_TRUE((*bulk)->finish().ok());
    ASSERT_TRUE(add(rows).ok());
    ASSERT_TRUE(db->commit().ok());
  }
  EXPECT_EQ(count(), 1005);
  auto select = db->prepare("SELECT name, bytes, real FROM thing WHERE id = ?");
  ASSERT_TRUE(*select.bind(10'000'999).step());
  EXPECT_EQ(select.text(0), "name 999");
  EXPECT_TRUE(select.is_null(1));
  EXPECT_EQ(select.real(2), 0.5);
}

TEST_F(PostgresConnection, ACopyThatIsGivenUpLeavesNothing) {
  ASSERT_TRUE(db->begin(true).ok());
  {
    const auto bulk = db->bulk({"thing", {"id", "name"}}, 100);
    ASSERT_TRUE(bulk.ok());
    (*bulk)->put(1);
    (*bulk)->put_text("one");
    ASSERT_TRUE((*bulk)->end_row().ok());
  }
  db->rollback();
  EXPECT_EQ(count(), 0);
}

TEST_F(PostgresConnection, AWalkGoesOnWhileOtherStatementsRun) {
  ASSERT_TRUE(db->begin(true).ok());
  for (int id = 0; id < 1500; ++id) ASSERT_TRUE(add(id).ok());
  ASSERT_TRUE(db->commit().ok());
  for (const bool in_transaction : {false, true}) {
    if (in_transaction) ASSERT_TRUE(db->begin(false).ok());
    {
      auto walk = db->walk("SELECT id FROM thing WHERE id >= ? ORDER BY id");
      walk.bind(10);
      std::int64_t seen = 10;
      while (true) {
        const auto row = walk.step();
        ASSERT_TRUE(row.ok()) << row.error().text();
        if (!*row) break;
        EXPECT_EQ(walk.integer(0), seen++);
        if (seen % 100 == 0) EXPECT_EQ(count(), 1500);
      }
      EXPECT_EQ(seen, 1500);
    }
    if (in_transaction) ASSERT_TRUE(db->commit().ok());
  }
  {
    auto walk = db->walk("SELECT id FROM thing ORDER BY id");
    ASSERT_TRUE(*walk.step());
  }
  EXPECT_FALSE(db->in_transaction());
  EXPECT_EQ(count(), 1500);
}

TEST_F(PostgresConnection, AConnectionThatWasLostComesBack) {
  const auto reader = open();
  ASSERT_TRUE(reader);
  end_session(*reader);
  auto select = reader->prepare("SELECT count(*) FROM thing");
  const auto row = select.step();
  ASSERT_TRUE(row.ok()) << row.error().text();
  EXPECT_EQ(reader->times_made(), 2U);
}

TEST_F(PostgresConnection, AWalkAndATransactionComeBackToo) {
  ASSERT_TRUE(add(1).ok());
  const auto reader = open();
  ASSERT_TRUE(reader);
  end_session(*reader);
  {
    auto walk = reader->walk("SELECT id FROM thing");
    const auto row = walk.step();
    ASSERT_TRUE(row.ok()) << row.error().text();
    EXPECT_TRUE(*row);
    EXPECT_FALSE(*walk.step());
  }
  EXPECT_FALSE(reader->in_transaction());
  end_session(*reader);
  reader->set_may_write([](sql::Connection& there) -> Status {
    auto select = there.prepare("SELECT 1");
    KOINON_TRY(select.step());
    return {};
  });
  const Status begun = reader->begin(true);
  ASSERT_TRUE(begun.ok()) << begun.error().text();
  EXPECT_TRUE(reader->commit().ok());
  EXPECT_EQ(reader->times_made(), 3U);
}

TEST_F(PostgresConnection, ThatOfAWriterDoesNot) {
  postgres::ConnectionOptions options;
  options.comes_back = false;
  const auto writer = open(options);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->begin(true).ok());
  ASSERT_TRUE(writer->prepare("DELETE FROM thing").run().ok());
  end_session(*writer);
  const Status committed = writer->commit();
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code, Code::kUnavailable);
  EXPECT_EQ(committed.error().id, "database.away");
  writer->rollback();
  EXPECT_EQ(writer->begin(true).error().id, "database.away");
}

TEST_F(PostgresConnection, AServerThatIsNotThereIsSaidToBeAway) {
  const auto none = Connection::open({"host=/nowhere dbname=none user=nobody"}, {});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kUnavailable);
  EXPECT_EQ(none.error().id, "database.away");
  EXPECT_EQ(none.error().text().find('\n'), std::string::npos);
}

// To wait for a server that turns this node away would be to wait for ever.
TEST_F(PostgresConnection, AServerThatTurnsThisNodeAwayIsNotAway) {
  const std::string server = place.url.substr(0, place.url.find(" user="));
  ASSERT_TRUE(db->execute("CREATE ROLE kept_out NOLOGIN").ok());
  for (const char* wrong :
       {" user=nobody_knows dbname=postgres", " user=kept_out dbname=postgres", " user=koinon dbname=none"}) {
    SCOPED_TRACE(wrong);
    const auto refused = Connection::open({server + wrong}, {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kRefused) << refused.error().text();
    EXPECT_EQ(refused.error().id, "database.refused");
    EXPECT_EQ(refused.error().text().find('\n'), std::string::npos);
  }
  ASSERT_TRUE(db->execute("DROP ROLE kept_out").ok());
}

TEST_F(PostgresConnection, AServerThatLacksRoomForThisNodeIsAway) {
  const std::string name = place.url.substr(place.url.find("dbname=") + 7);
  ASSERT_TRUE(db->execute("CREATE ROLE many LOGIN CONNECTION LIMIT 0").ok());
  const std::string server = place.url.substr(0, place.url.find(" user="));
  const auto none = Connection::open({server + " user=many dbname=" + name}, {});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().id, "database.away") << none.error().text();
  ASSERT_TRUE(db->execute("DROP ROLE many").ok());
}

TEST_F(PostgresConnection, AServerThatDoesNotAnswerInTimeIsAway) {
  postgres::ConnectionOptions options;
  options.deadline = std::chrono::milliseconds(200);
  const auto hasty = open(options);
  ASSERT_TRUE(hasty);
  auto sleep = hasty->prepare("SELECT CAST(pg_sleep(30) AS TEXT)");
  const auto row = sleep.step();
  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().id, "database.away");
}

TEST_F(PostgresConnection, AStepOfASchemaMayTakeLongerThanThat) {
  postgres::ConnectionOptions options;
  options.deadline = std::chrono::milliseconds(500);
  const auto hasty = open(std::move(options));
  constexpr std::array<const char*, 1> kSteps = {"SELECT pg_sleep(1)"};
  EXPECT_TRUE(postgres::bring_up_to_date(*hasty, {"koinon_slow", kSteps}).ok());
  EXPECT_EQ(*postgres::schema_version(*hasty, {"koinon_slow", kSteps}), 1);
}

TEST_F(PostgresConnection, AWrongTextIsADefect) {
  auto wrong = db->prepare("SELECT nothing FROM nowhere");
  EXPECT_EQ(wrong.step().error().code, Code::kInternal);
  EXPECT_EQ(count(), 0);
}

TEST_F(PostgresConnection, ACommitIsDurableWhateverTheServerIsTold) {
  ASSERT_TRUE(db->execute("ALTER DATABASE \"" + place.url.substr(place.url.find("dbname=") + 7) +
                          "\" SET synchronous_commit TO off")
                  .ok());
  const auto writer = open();
  const auto setting = [&] {
    auto show = writer->prepare("SELECT current_setting('synchronous_commit')");
    EXPECT_TRUE(show.step().ok());
    return show.text(0);
  };
  ASSERT_TRUE(writer->begin(true).ok());
  EXPECT_EQ(setting(), "on");
  writer->rollback();
  ASSERT_TRUE(writer->begin(false).ok());
  EXPECT_EQ(setting(), "off");
  writer->rollback();
  ASSERT_TRUE(writer->begin(true).ok());
  EXPECT_EQ(setting(), "on");
  writer->rollback();
}

TEST_F(PostgresConnection, ACommitStaysDurableWhenTheServerIsToldOtherwiseLater) {
  const auto writer = open();
  ASSERT_TRUE(writer);
  const auto value = [&](const char* sql) {
    auto select = writer->prepare(sql);
    EXPECT_TRUE(select.step().ok());
    return select.text(0);
  };
  constexpr const char* kRead = "SELECT CAST(pg_conf_load_time() AS TEXT)";
  const std::string before = value(kRead);
  ASSERT_TRUE(db->execute("ALTER SYSTEM SET synchronous_commit TO off").ok());
  ASSERT_TRUE(db->execute("SELECT pg_reload_conf()").ok());
  while (value(kRead) == before && !HasFailure()) std::this_thread::yield();
  const std::string then = value("SELECT current_setting('synchronous_commit')");
  ASSERT_TRUE(db->execute("ALTER SYSTEM RESET synchronous_commit").ok());
  ASSERT_TRUE(db->execute("SELECT pg_reload_conf()").ok());
  EXPECT_EQ(then, "on");
}

}  // namespace koinon::test::postgres_connection_test
