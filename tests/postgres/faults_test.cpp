// The connection to the server is cut at any byte of a commit, stalls, or comes back.
#include <chrono>

#include "storage/postgres/connection.h"
#include "tests/postgres/cut_proxy.h"
#include "tests/postgres/hub_fixture.h"
#include "tests/postgres/test_server.h"

namespace koinon::test::postgres_faults_test {
namespace {

using From = CutProxy::From;

class CutConnection : public HubBefore {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(make(test_server()));
    place = copy();
  }
  // Few cuts with each commit: all take minutes.
  static std::uint64_t cuts() { return std::getenv("KOINON_ALL") == nullptr ? 12 : 400; }
  PostgresPlace through() const {
    return {"host=" + proxy.folder() + " user=koinon dbname=" + name_of(place)};
  }
  // The commit with a cut after so many bytes from a side. How many bytes came from it in all.
  std::uint64_t commit_with_cut(From side, std::uint64_t bytes) {
    bool acknowledged = false;
    proxy.heal();
    {
      const auto store = open_hub(through());
      EXPECT_TRUE(store.ok()) << store.error().text();
      if (!store.ok()) return 0;
      proxy.cut_after(side, bytes);
      const Status done = life.change(**store);
      acknowledged = done.ok();
      if (!done.ok()) {
        EXPECT_TRUE(proxy.has_cut()) << done.error().text();
        EXPECT_EQ(done.error().id, "database.away") << done.error().text();
        EXPECT_FALSE((*store)->begin(true).ok()) << "it must not go on with what it believed before";
      }
    }
    const std::uint64_t passed = proxy.passed(side);
    Beside beside(place);
    beside.wait_until_alone();
    beside.let_lease_pass();
    see(place, acknowledged);
    if (was_made) place = copy();
    return passed;
  }
  void cut_everywhere(From side) {
    const std::uint64_t all = commit_with_cut(side, UINT64_MAX);
    ASSERT_TRUE(was_made);
    ASSERT_GT(all, 1000U);
    const std::uint64_t step = std::max<std::uint64_t>(1, all / cuts());
    bool at_times_not = false;
    for (std::uint64_t bytes = 0; bytes < all; bytes += step) {
      SCOPED_TRACE("cut after " + std::to_string(bytes) + " of " + std::to_string(all) + " bytes");
      commit_with_cut(side, bytes);
      if (HasFailure()) return;
      at_times_not = at_times_not || !was_made;
    }
    EXPECT_TRUE(at_times_not);
    // Whoever comes next makes the same commit, and nothing is there twice.
    commit_with_cut(side, UINT64_MAX);
    EXPECT_TRUE(was_made);
  }

  CutProxy proxy{test_server().folder()};
  PostgresPlace place;
};

TEST_F(CutConnection, OnTheWayToTheServerLeavesOneStateOrTheOther) { cut_everywhere(From::kClient); }

TEST_F(CutConnection, OnTheWayBackLeavesOneStateOrTheOther) { cut_everywhere(From::kServer); }

// It rests for hours, and what stands between may have ended it.
TEST_F(CutConnection, OfErasedBodiesAloneIsMadeAgain) {
  const auto store = open_hub(place);
  ASSERT_TRUE(store.ok()) << store.error().text();
  Beside beside(place);
  const std::string resting =
      " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%erased bodies'";
  ASSERT_TRUE(beside.is_true("SELECT count(*) = 1" + resting));
  beside.run("SELECT pg_terminate_backend(pid)" + resting);
  beside.wait_until("SELECT count(*) = 0" + resting);
  const Status done = life.change(**store);
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(rows_of(place), behind);
  EXPECT_TRUE(beside.is_true("SELECT count(*) = 1 FROM koinon_grace.body"));
}

TEST_F(CutConnection, OfAReaderIsMadeAgain) {
  const auto reader = open_postgres_reader(through());
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  const LogId city = life.milan.log.id();
  const auto read = [&] {
    return (*reader)->read_run(city, EntryIndex(0), EntryIndex(3), TreeSize(3), 10'000);
  };
  ASSERT_TRUE(read().ok());
  proxy.cut_after(From::kServer, 10);
  const auto gone = read();
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().id, "database.away");
  EXPECT_EQ((*reader)->record(city, EntryIndex(0)).error().id, "database.away") << "nobody lets it in";
  proxy.heal();
  const auto again = read();
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->records.size(), 3U);
  EXPECT_TRUE((*reader)->record(city, EntryIndex(0)).ok());
}

TEST_F(CutConnection, ThatOnlyStallsEndsInTime) {
  postgres::ConnectionOptions options;
  options.schema = "koinon_store";
  options.deadline = std::chrono::milliseconds(300);
  const auto opened = postgres::Connection::open(through(), options);
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  postgres::Connection& db = **opened;
  ASSERT_TRUE(db.begin(true).ok());
  ASSERT_TRUE(db.prepare("INSERT INTO blocked (log_id) VALUES ('one')").run().ok());
  ASSERT_TRUE(db.changes().ok());
  proxy.stall();
  const auto begin = std::chrono::steady_clock::now();
  const Status committed = db.commit();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().id, "database.away");
  db.rollback();
  proxy.heal();
  auto select = db.prepare("SELECT count(*) FROM blocked");
  const auto row = select.step();
  ASSERT_TRUE(row.ok()) << row.error().text();
  EXPECT_EQ(db.times_made(), 2U);
}

// Its partition goes with it, and the next one must not count on that.
TEST_F(CutConnection, ALogThatIsTakenBackAloneIsMissedByNobody) {
  const PostgresPlace empty = server->fresh_database();
  const auto store = open_hub(empty);
  ASSERT_TRUE(store.ok()) << store.error().text();
  ASSERT_TRUE((*store)->begin(true).ok());
  const Status taken_back = (*store)->as_one([&]() -> Status {
    KOINON_TRY((*store)->append_run(life.paris.run(0, 3, BodyState::kNotHeld, true)));
    return fail(Code::kRefused, "not this one");
  });
  EXPECT_EQ(taken_back.error().code, Code::kRefused);
  const auto row = (*store)->append_run(life.oslo.run(0, 20, BodyState::kNotHeld, true));
  ASSERT_TRUE(row.ok()) << row.error().text();
  ASSERT_TRUE((*store)->commit().ok());
  EXPECT_EQ((*store)->counts()->records, 20U);
}

}  // namespace
}  // namespace koinon::test::postgres_faults_test
