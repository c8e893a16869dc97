// A commit waits for a copy of the server, and the wait is called off: it stands on that one server alone,
// and is gone with it.
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "storage/postgres/erased_rows.h"
#include "tests/postgres/hub_fixture.h"

namespace koinon::test::lost_copy_test {
namespace {

using postgres::Connection;

class LostCopy : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    place = server.fresh_database();
    db = open();
    ASSERT_TRUE(db);
    ASSERT_TRUE(db->begin(false).ok());  // this one waits for no copy
    ASSERT_TRUE(db->execute("CREATE TABLE thing (id BIGINT PRIMARY KEY)").ok());
    ASSERT_TRUE(db->commit().ok());
  }
  std::unique_ptr<Connection> open() {
    auto opened = Connection::open(place, {});
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  Status add(std::int64_t id) {
    auto put = db->prepare("INSERT INTO thing (id) VALUES (?)");
    return put.bind(id).run();
  }
  // What `act` says, whose wait for a copy was called off by this function of the server.
  Status called_off(const std::string& function, const std::function<Status()>& act) {
    std::atomic<bool> ended{false};
    Status said;
    std::thread waiting([&] {
      said = act();
      ended = true;
    });
    Beside beside(place);
    const std::string call_off =
        "SELECT count(" + function + "(pid)) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while (!ended && !beside.is_true(call_off) && !HasFailure()) std::this_thread::yield();
    waiting.join();
    return said;
  }
  // It may be made or not: whoever goes on must look.
  void expect_unknown(const Status& said) {
    ASSERT_FALSE(said.ok()) << "no copy has it";
    EXPECT_EQ(said.error().code, Code::kUnavailable);
    EXPECT_EQ(said.error().id, "database.away") << said.error().text();
    EXPECT_FALSE(db->is_alive()) << "it must not go on with what it believed before";
    EXPECT_TRUE(Beside(place).is_true("SELECT count(*) = 1 FROM thing"));
  }
  void commit_called_off(const std::string& function) {
    ASSERT_TRUE(db->begin(true).ok());
    ASSERT_TRUE(add(1).ok());
    expect_unknown(called_off(function, [this] { return db->commit(); }));
  }

  // Nobody has that name. Only who asks for it waits, so that the test itself need not.
  ServerProcess server{{"synchronous_standby_names=nobody", "synchronous_commit=local"}};
  PostgresPlace place;
  std::unique_ptr<Connection> db;
};

TEST_F(LostCopy, OfACommitWhoseWaitIsCancelled) {
  commit_called_off("pg_cancel_backend");
  // One that may come back begins anew.
  ASSERT_TRUE(db->begin(false).ok());
  ASSERT_TRUE(add(2).ok());
  EXPECT_TRUE(db->commit().ok());
  EXPECT_EQ(db->times_made(), 2U);
}

TEST_F(LostCopy, OfACommitWhoseSessionIsEnded) { commit_called_off("pg_terminate_backend"); }

TEST_F(LostCopy, OfAStatementThatIsATransactionOfItsOwn) {
  expect_unknown(called_off("pg_cancel_backend", [this] { return add(1); }));
}

// The warning is all that the server says of it.
TEST_F(LostCopy, IsHeardOfWhateverTheServerIsToldToSay) {
  const std::string name = place.url.substr(place.url.rfind('=') + 1);
  ASSERT_TRUE(server.run("ALTER DATABASE " + name + " SET client_min_messages TO error"));
  db = open();
  ASSERT_TRUE(db);
  commit_called_off("pg_cancel_backend");
}

// A table is written anew by a thread that others wait for.
TEST_F(LostCopy, KeepsNobodyForEverWhoWritesATableAnew) {
  const auto written = postgres::write_anew(*db, "thing", std::chrono::milliseconds(300));
  ASSERT_FALSE(written.ok()) << "nobody has it";
  EXPECT_EQ(written.error().id, "database.away") << written.error().text();
}

}  // namespace
}  // namespace koinon::test::lost_copy_test
