// A hub's store on a server, and one commit that has something of everything: what faults are tried on.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/postgres_store.h"
#include "tests/postgres/server_process.h"
#include "tests/storage/author.h"

namespace koinon::test {

inline Result<std::unique_ptr<Store>> open_hub(const PostgresPlace& place,
                                               const std::string& holder = "a test") {
  PostgresStoreOptions options;
  options.epochs = unkeyed_epochs();
  options.place = place;
  options.holder = holder;
  return open_postgres_store(options);
}

// Statements of the test itself, past the store.
class Beside {
 public:
  explicit Beside(const PostgresPlace& place) {
    auto opened = postgres::Connection::open(place, {});
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    if (opened.ok()) db_ = std::move(*opened);
  }
  void run(const std::string& sql) {
    const Status done = db_->execute(sql);
    EXPECT_TRUE(done.ok()) << done.error().text();
  }
  std::string text(const std::string& sql) {
    auto select = db_->prepare(sql);
    const auto row = select.step();
    EXPECT_TRUE(row.ok() && *row) << sql;
    return row.ok() && *row ? select.text(0) : std::string();
  }
  bool is_true(const std::string& sql) { return text("SELECT CAST((" + sql + ") AS TEXT)") == "true"; }
  void wait_until(const std::string& sql) {
    while (!is_true(sql) && !testing::Test::HasFailure()) {
    }
  }
  // The sessions of those who were cut off have ended, with whatever they still did.
  void wait_until_alone() {
    wait_until(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()");
  }
  // As if the writer had shown no sign of life for a minute.
  void let_lease_pass() { run("UPDATE koinon_store.writer SET alive_at_ms = alive_at_ms - 60000"); }

 private:
  std::unique_ptr<postgres::Connection> db_;
};

// All rows of each table of the store, as a digest; without those that each start changes.
using StoreRows = std::map<std::string, std::string>;
inline StoreRows rows_of(const PostgresPlace& place) {
  Beside beside(place);
  StoreRows out;
  std::string names = beside.text(
      "SELECT string_agg(CAST(relname AS TEXT), ' ' ORDER BY relname) || ' ' FROM pg_class WHERE "
      "relnamespace "
      "= 'koinon_store'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname NOT IN "
      "('writer', 'epoch', 'erased', 'schema_version')");
  while (!names.empty()) {
    const std::string table = names.substr(0, names.find(' '));
    names.erase(0, table.size() + 1);
    out[table] = beside.text(
        "SELECT count(*) || ' ' || coalesce(md5(string_agg(CAST(t AS TEXT), '|' ORDER BY "
        "CAST(t AS TEXT))), '') FROM koinon_store." +
        table + " t" + (table == "meta" ? " WHERE key IN ('journal_last', 'setting.said')" : ""));
  }
  return out;
}

// Cities whose logs a hub follows.
class HubLife {
 public:
  using Step = std::function<Status(Store&)>;

  HubLife() {
    for (int i = 0; i < 6; ++i) milan.say(note("note " + std::to_string(i), "what Milan tried"));
    first = milan.run(0, 1, BodyState::kNotHeld, true);  // before Milan erases it
    milan.say(erasure_of(milan.log.id(), 0));
    for (int i = 0; i < 3; ++i) paris.say(note("note " + std::to_string(i), "what Paris tried"));
    for (int i = 0; i < 20; ++i) oslo.say(note("note " + std::to_string(i), "what Oslo tried"));
  }

  // What the hub has before.
  void begin(Store& store) {
    ASSERT_TRUE(store.begin(true).ok());
    ASSERT_TRUE(store.append_run(first).ok());
    ASSERT_TRUE(store.append_run(milan.run(1, 3, BodyState::kNotHeld)).ok());
    ASSERT_TRUE(store.append_run(paris.run(0, 3, BodyState::kNotHeld, true)).ok());
    ASSERT_TRUE(store.commit().ok());
  }
  // One commit, step by step, from its begin to its commit.
  std::vector<Step> steps() {
    const LogId city = milan.log.id();
    const RunCommit more = milan.run(3, 7, BodyState::kNotHeld);  // erases the first note
    const RunCommit new_log = oslo.run(0, 20, BodyState::kNotHeld, true);
    const Bytes body = milan.body(1);
    const CosignatureLine line{
        oslo.log.id(), {"oslo.example", 0xFFFF'FF01U, Bytes(72, 's')}, 1'800'000'000, 1};
    return {
        [](Store& store) { return store.begin(true); },
        [more](Store& store) { return status_of(store.append_run(more)); },
        [city, body](Store& store) {
          return store.add_bodies({city, {{EntryIndex(1), body, false}}, {5}, {}, {}});
        },
        [new_log](Store& store) { return status_of(store.append_run(new_log)); },
        [gone = paris.log.id()](Store& store) { return store.remove_log(gone, {6}); },
        [city, more, line](Store& store) {
          return status_of(store.keep_cosigned(city, {0, more.head, {6}, {line}}, {6}));
        },
        [](Store& store) { return store.set_setting("said", "all"); },
        [](Store& store) { return store.commit(); },
    };
  }
  // All of it, as far as it gets.
  Status change(Store& store) {
    for (const Step& step : steps()) {
      const Status done = step(store);
      if (done.ok()) continue;
      store.rollback();
      return done;
    }
    return {};
  }

  RunCommit first;
  Author milan{"milan.example"};
  Author paris{"paris.example"};
  Author oslo{"oslo.example"};

 private:
  template <typename T>
  static Status status_of(const Result<T>& result) {
    return result.ok() ? Status() : Status(result.error());
  }
};

// A hub before that commit, and how its rows are before and behind it.
class HubBefore : public testing::Test {
 protected:
  void make(ServerProcess& on) {
    ASSERT_TRUE(init_crypto().ok());
    server = &on;
    base = server->fresh_database();
    {
      const auto store = open_hub(base);
      ASSERT_TRUE(store.ok()) << store.error().text();
      ASSERT_NO_FATAL_FAILURE(life.begin(**store));
    }
    Beside(base).wait_until_alone();
    before = rows_of(base);
    const PostgresPlace changed = copy();
    {
      const auto store = open_hub(changed);
      ASSERT_TRUE(store.ok()) << store.error().text();
      const Status done = life.change(**store);
      ASSERT_TRUE(done.ok()) << done.error().text();
    }
    behind = rows_of(changed);
    ASSERT_NE(before, behind);
  }
  // A hub that has not made the commit yet.
  PostgresPlace copy() { return server->fresh_database("TEMPLATE " + name_of(base)); }
  static std::string name_of(const PostgresPlace& place) {
    return place.url.substr(place.url.rfind('=') + 1);
  }
  // Who starts then finds the one state or the other, and can go on. `acknowledged`: it must be the later
  // one.
  void see(const PostgresPlace& place, bool acknowledged) {
    const StoreRows now = rows_of(place);
    if (acknowledged || now != before) {
      ASSERT_EQ(now, behind) << (acknowledged ? "what was acknowledged is not there" : "half of it is there");
    }
    const auto state = read_postgres_state(place);
    ASSERT_TRUE(state.ok()) << state.error().text();
    const auto reader = open_postgres_reader(place);
    ASSERT_TRUE(reader.ok()) << reader.error().text();
    expect_log_verifies_so_far(**reader);
    was_made = now == behind;
  }
  void expect_log_verifies_so_far(StoreReader& reader) {
    const auto milan = reader.log_state(life.milan.log.id());
    ASSERT_TRUE(milan.ok());
    CompactRange range;
    for (std::uint64_t i = 0; i < milan->range.size().value; ++i) {
      const auto record = reader.record(life.milan.log.id(), EntryIndex(i));
      ASSERT_TRUE(record.ok()) << i;
      range.append(leaf_hash(record->entry));
    }
    EXPECT_EQ(range, milan->range);
    EXPECT_EQ(*reader.root_at(life.milan.log.id(), range.size()), range.root());
  }

  ServerProcess* server = nullptr;
  HubLife life;
  PostgresPlace base;
  StoreRows before;
  StoreRows behind;
  bool was_made = false;  // what see() saw last
};

}  // namespace koinon::test
