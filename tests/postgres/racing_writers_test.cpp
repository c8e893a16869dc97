// Two programs that both want to write, again and again: each entry is there once, by one of them.
#include <atomic>
#include <set>
#include <thread>

#include "tests/postgres/hub_fixture.h"
#include "tests/postgres/test_server.h"

namespace koinon::test::racing_writers_test {
namespace {

constexpr std::uint64_t kEntries = 30;
constexpr std::uint64_t kTurn = 3;  // so many entries, and the lease passes

class RacingWriters : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    place = fresh_database();
    for (std::uint64_t i = 0; i < kEntries; ++i) milan.say(note("note " + std::to_string(i)));
    for (std::uint64_t i = 0; i < kEntries; ++i)
      runs.push_back(milan.run(i, i + 1, BodyState::kNotHeld, true));
  }
  struct Told {
    std::vector<std::uint64_t> acknowledged;  // entries
    std::set<std::string> refused;            // ids of what else it was told
  };
  // Appends the next entry as long as it may; else tries to become the writer.
  void write(const std::string& holder, Told& told) {
    std::unique_ptr<Store> store;
    while (written < kEntries && !failed) {
      if (!store) {
        auto opened = open_hub(place, holder);
        if (opened.ok()) store = std::move(*opened);
        if (!store) note_refused(told, opened.error());
        continue;
      }
      const auto added = append_next(*store);
      if (added.ok()) {
        told.acknowledged.push_back(*added);
        ++written;
      } else {
        note_refused(told, added.error());
        store.reset();
      }
    }
  }
  Result<std::uint64_t> append_next(Store& store) {
    KOINON_TRY(store.begin(true));
    const auto state = store.log_state(milan.log.id());
    const std::uint64_t next = state.ok() ? state->range.size().value : 0;
    if (next == kEntries) {
      store.rollback();
      return fail(Code::kRefused, Sentence{"test.done", "all are there"});
    }
    const auto row = store.append_run(runs[next]);
    if (!row.ok()) {
      store.rollback();
      return row.error();
    }
    KOINON_TRY(store.commit());
    return next;
  }
  void note_refused(Told& told, const Error& error) {
    told.refused.insert(error.id);
    failed = failed || error.id.empty();  // a sentence without an id is none of those that are expected
    if (error.id.empty()) told.refused.insert(error.text());
  }

  PostgresPlace place;
  Author milan{"milan.example"};
  std::vector<RunCommit> runs;
  std::atomic<std::uint64_t> written{0};
  std::atomic<bool> failed{false};
};

TEST_F(RacingWriters, WriteEachEntryOnce) {
  { ASSERT_TRUE(open_hub(place).ok()); }  // the schema is there
  Told one;
  Told other;
  std::thread first([&] { write("koinond on hub1", one); });
  std::thread second([&] { write("koinond on hub2", other); });
  {
    Beside beside(place);
    std::uint64_t turns = 0;
    while (written < kEntries && !failed) {
      if (written < kTurn * turns) continue;
      beside.let_lease_pass();
      ++turns;
    }
  }
  first.join();
  second.join();
  std::multiset<std::uint64_t> all(one.acknowledged.begin(), one.acknowledged.end());
  all.insert(other.acknowledged.begin(), other.acknowledged.end());
  std::multiset<std::uint64_t> each;
  for (std::uint64_t i = 0; i < kEntries; ++i) each.insert(i);
  EXPECT_EQ(all, each) << "one is missing, or was acknowledged twice";
  const std::set<std::string> expected = {"store.fenced", "store.written", "database.in_use", "test.done"};
  for (const Told* told : {&one, &other}) {
    for (const std::string& id : told->refused) EXPECT_TRUE(expected.contains(id)) << id;
  }
  EXPECT_TRUE(one.refused.contains("store.fenced") || other.refused.contains("store.fenced"));
  EXPECT_TRUE(one.refused.contains("store.written") || other.refused.contains("store.written"));
  const auto reader = open_postgres_reader(place);
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  EXPECT_EQ((*reader)->counts()->records, kEntries);
  expect_log_verifies(**reader, milan.log.identity());
  // What came is told once, in order, and without a gap.
  const auto came = (*reader)->arrivals(ArrivalSeq(0), 100);
  ASSERT_TRUE(came.ok());
  ASSERT_EQ(came->size(), kEntries);
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    EXPECT_EQ((*came)[i].first, ArrivalSeq(i + 1));
    EXPECT_EQ((*came)[i].from, EntryIndex(i));
  }
}

// Whoever takes over waits for the commit that is under way, and finds it.
TEST_F(RacingWriters, ATakeoverWaitsForTheCommitThatIsUnderWay) {
  auto first = open_hub(place, "koinond on hub1");
  ASSERT_TRUE(first.ok()) << first.error().text();
  Beside beside(place);
  beside.let_lease_pass();
  ASSERT_TRUE((*first)->begin(true).ok());
  ASSERT_TRUE((*first)->append_run(runs[0]).ok());
  std::optional<Result<std::unique_ptr<Store>>> second;
  std::thread other([&] { second = open_hub(place, "koinond on hub2"); });
  beside.wait_until(
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
      "'Lock'");
  const Status committed = (*first)->commit();
  other.join();
  ASSERT_TRUE(committed.ok()) << committed.error().text();
  ASSERT_TRUE(second->ok()) << second->error().text();
  EXPECT_EQ((**second)->counts()->records, 1U);
  EXPECT_EQ((*first)->begin(true).error().id, "store.fenced");
  ASSERT_TRUE((**second)->begin(true).ok());
  ASSERT_TRUE((**second)->append_run(runs[1]).ok());
  EXPECT_TRUE((**second)->commit().ok());
}

}  // namespace
}  // namespace koinon::test::racing_writers_test
