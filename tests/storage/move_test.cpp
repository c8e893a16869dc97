// A store moves from one database to another: all of it, whenever it is cut short, and never to where
// something else is. Between two SQLite databases, which needs no server: the code is the same.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "storage/move/new_files.h"
#include "storage/move/numbers_given.h"
#include "storage/move/store_move.h"
#include "storage/office/office_schema.h"
#include "storage/store/move_marks.h"
#include "storage/store/schema.h"
#include "storage/store/sqlite_store.h"
#include "tests/storage/schema_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::move_test {
namespace {

using Contents = std::vector<std::string>;

const move::MayGoOn kGoOn = [](const move::Step&) { return Status(); };
const std::function<Status()> kMaySwitch = [] { return Status(); };

// All rows of all tables, but what a place says of the move. A number that was given and a row that is gone
// count, too.
void add_contents(const std::filesystem::path& path, Contents& out) {
  auto db = *sqlite::Connection::open(path, {});
  for (const std::string& table :
       texts(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")) {
    std::string row;
    for (const std::string& column : texts(db, "SELECT name FROM pragma_table_info('" + table + "')"))
      row += (row.empty() ? "" : " || ' ' || ") + std::string("CASE WHEN ") + column +
             " IS NULL THEN 'null' ELSE hex(CAST(" + column + " AS BLOB)) END";
    const std::string where = table == "meta" ? " WHERE key NOT IN ('moving', 'moved_to')" : "";
    for (const std::string& one : texts(db, "SELECT " + row + " FROM " + table + where + " ORDER BY 1"))
      out.push_back(table + ": " + one);
  }
}

class Moves : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    from = make("from");
  }
  // A node's databases, with rows in every table.
  move::PlaceFiles make(const std::string& name) {
    const auto place = folder.path() / name;
    std::filesystem::create_directory(place);
    make_old_database(place / "store.db", "store", store_schema_version());
    make_old_database(place / "office.db", "office", office_schema().newest());
    make_old_database(place / "grace.db", "grace", 1);
    return {place / "store.db", place / "office.db"};
  }
  move::PlaceFiles nothing(const std::string& name) {
    const auto place = folder.path() / name;
    std::filesystem::remove_all(place);
    std::filesystem::create_directory(place);
    return {place / "store.db", place / "office.db"};
  }
  static Contents contents(const move::PlaceFiles& files) {
    Contents out;
    add_contents(files.store, out);
    add_contents(files.office, out);
    add_contents(grace_file(files.store), out);
    return out;
  }
  static void change(const std::filesystem::path& path, const std::string& sql) {
    auto db = *sqlite::Connection::open(path, {});
    const Status changed = db.execute(sql);
    ASSERT_TRUE(changed.ok()) << sql << ": " << changed.error().text();
  }
  static Status marks(const move::PlaceFiles& files) {
    auto place = move::open_files_ahead(files);
    return place.ok() ? check_move_marks(*place->store) : Status(place.error());
  }
  static Result<move::Standing> standing(const move::PlaceFiles& source, const move::PlaceFiles& target) {
    KOINON_ASSIGN(move::Place out, move::open_files(source));
    KOINON_ASSIGN(move::Place in, move::make_files(target));
    return move::StoreMove(out, in, kGoOn).standing();
  }
  // What befalls a move that has copied and checked everything, and has only to switch.
  static void before_the_switch(const move::PlaceFiles& source, const move::PlaceFiles& target,
                                const std::function<void(move::StoreMove&, move::Place&)>& then) {
    auto out = move::open_files(source);
    auto in = move::make_files(target);
    ASSERT_TRUE(out.ok() && in.ok());
    move::StoreMove move(*out, *in, kGoOn);
    ASSERT_TRUE(move.copy().ok() && move.check(false).ok());
    then(move, *out);
  }
  // All that koinon store move does with two places.
  static Status run(const move::PlaceFiles& source, const move::PlaceFiles& target,
                    const move::MayGoOn& may_go_on = kGoOn, bool all = true) {
    KOINON_ASSIGN(move::Place out, move::open_files(source));
    KOINON_ASSIGN(move::Place in, move::make_files(target));
    move::StoreMove move(out, in, may_go_on);
    KOINON_ASSIGN(const move::Standing standing, move.standing());
    if (standing == move::Standing::kOpen) {
      KOINON_TRY(move.copy());
      KOINON_TRY(move.check(all));
    }
    return standing == move::Standing::kDone ? Status() : move.finish("another place", kMaySwitch);
  }
  // Another city's store.
  move::PlaceFiles make_another(const std::string& name) {
    const auto files = make(name);
    change(files.store, "UPDATE meta SET value = x'00112233' WHERE key = 'instance_token'");
    return files;
  }

  TemporaryFolder folder;
  move::PlaceFiles from;
};

// A table or a column that a later version adds, and that nobody carries, is found here.
void expect_listed(const std::filesystem::path& path, const std::vector<move::Table>& tables) {
  Contents listed;
  for (const move::Table& table : tables)
    for (const move::Column& column : table.columns)
      listed.push_back(std::string(table.name) + "." + std::string(column.name));
  auto db = *sqlite::Connection::open(path, {});
  Contents there = texts(db,
                         "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c "
                         "WHERE t.type = 'table' "
                         "AND t.name NOT LIKE 'sqlite_%'");
  std::sort(listed.begin(), listed.end());
  std::sort(there.begin(), there.end());
  EXPECT_EQ(listed, there);
}

TEST_F(Moves, EveryTableAndColumnIsCarried) {
  expect_listed(from.store, move::store_tables());
  expect_listed(from.office, move::office_tables());
  expect_listed(grace_file(from.store), {move::grace_table()});
}

TEST_F(Moves, TheTargetHoldsWhatTheSourceHeldAndTheSourceIsClosed) {
  const Contents before = contents(from);
  const auto to = nothing("to");
  const Status moved = run(from, to);
  ASSERT_TRUE(moved.ok()) << moved.error().text();
  EXPECT_EQ(contents(to), before) << "sums that triggers keep, bodies kept for a while, numbers given: all";
  EXPECT_EQ(contents(from), before) << "it was only read";
  const Status closed = marks(from);
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().code, Code::kRefused);
  EXPECT_NE(closed.error().text().find("another place"), std::string::npos) << closed.error().text();
  EXPECT_EQ(open_sqlite_store(from.store).error().code, Code::kRefused);
  EXPECT_TRUE(marks(to).ok());
  const auto store = open_sqlite_store(to.store, with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok()) << store.error().text();
  const auto state = (*store)->load_state();
  ASSERT_TRUE(state.ok());
  for (const LogState& log : state->logs)
    EXPECT_EQ(*(*store)->root_at(log.id, log.whole->size), log.whole->root);
}

// Whoever may write a remark would else keep the whole node from moving to a server.
TEST_F(Moves, ATextIsCarriedAsAServerKeepsIt) {
  change(from.office, "UPDATE inbox SET remark = 'a' || char(0) || 'b' || CAST(x'C3' AS TEXT)");
  const auto to = nothing("to");
  const Status moved = run(from, to);
  ASSERT_TRUE(moved.ok()) << moved.error().text();
  auto db = *sqlite::Connection::open(to.office, {});
  EXPECT_EQ(texts(db, "SELECT DISTINCT remark FROM inbox"), Contents{"a\uFFFDb\uFFFD"});
}

TEST_F(Moves, CutShortAtAnyCommitItGoesOn) {
  const Contents before = contents(from);
  int cuts = 0;
  for (int at = 1;; ++at) {
    const auto to = nothing("to");
    int calls = 0;
    const Status cut = run(from, to, [&](const move::Step&) {
      return ++calls == at ? Status(fail(Code::kUnavailable, "cut")) : Status();
    });
    if (cut.ok()) break;
    ++cuts;
    ASSERT_EQ(cut.error().message, "cut");
    ASSERT_FALSE(marks(to).ok());
    EXPECT_EQ(open_sqlite_store(to.store).error().code, Code::kRefused) << "nobody opens half of a store";
    EXPECT_TRUE(marks(from).ok()) << "and the whole one still is";
    const Status again = run(from, to);
    ASSERT_TRUE(again.ok()) << at << ": " << again.error().text();
    ASSERT_EQ(contents(to), before) << "cut at " << at;
    change(from.store, "DELETE FROM meta WHERE key = 'moved_to'");
  }
  EXPECT_GT(cuts, 60) << "each table has its own";
}

TEST_F(Moves, WhatWasCopiedAheadAndHasChangedIsCopiedAgain) {
  const auto to = nothing("to");
  {
    auto out = move::open_files_ahead(from);
    auto in = move::make_files(to);
    ASSERT_TRUE(out.ok() && in.ok());
    move::StoreMove ahead(*out, *in, kGoOn);
    ASSERT_TRUE(ahead.copy_ahead().ok());
    EXPECT_GT(ahead.moved().rows, 17U);
  }
  // A body is erased, another one comes, rows go at the end and in between, and new ones come.
  change(from.store,
         "UPDATE record SET body = NULL, state = 1 WHERE id = (1 << 40) + 1;"
         "DELETE FROM attachment_chunk WHERE id = (SELECT max(id) FROM attachment_chunk);"
         "DELETE FROM arrival WHERE first = (SELECT min(first) FROM arrival);"
         "INSERT INTO arrival SELECT max(first) + 5, max(first) + 5, 1, 0, 2, 3, NULL FROM arrival");
  const Status moved = run(from, to);
  ASSERT_TRUE(moved.ok()) << moved.error().text();
  EXPECT_EQ(contents(to), contents(from));
}

TEST_F(Moves, WhereAnotherStoreIsOrWasBegunNothingIsChanged) {
  const auto other = make_another("other");
  const Contents before = contents(other);
  Status moved = run(from, other);
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code, Code::kConflict);
  EXPECT_EQ(contents(other), before);
  // Half of it, in a place that was empty.
  const auto to = nothing("to");
  EXPECT_FALSE(run(other, to, [](const move::Step& step) {
                 return step.done > 20 ? Status(fail(Code::kUnavailable, "cut")) : Status();
               }).ok());
  const Contents half = contents(to);
  moved = run(from, to);
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code, Code::kConflict);
  EXPECT_EQ(contents(to), half);
  EXPECT_TRUE(marks(from).ok());
  // Of an office alone: somebody's accounts.
  const auto office = nothing("office");
  { ASSERT_TRUE(move::make_files(office).ok()); }
  change(office.office, "INSERT INTO user VALUES (1, 'kim', 4, '', '', '', 0, '', 1)");
  EXPECT_EQ(run(from, office).error().code, Code::kConflict);
}

TEST_F(Moves, BetweenTheLastTwoStepsNobodyOpensEither) {
  const auto to = nothing("to");
  before_the_switch(from, to, [](move::StoreMove&, move::Place& source) {
    ASSERT_TRUE(mark_moved(*source.store, "another place").ok());  // then the power fails
  });
  EXPECT_FALSE(marks(from).ok());
  EXPECT_FALSE(marks(to).ok());
  EXPECT_EQ(*standing(from, to), move::Standing::kChecked);
  ASSERT_TRUE(run(from, to).ok());
  EXPECT_TRUE(marks(to).ok());
  EXPECT_EQ(*standing(from, to), move::Standing::kDone);
  EXPECT_EQ(standing(from, nothing("third")).error().code, Code::kRefused)
      << "an old store moves nowhere any more";
}

// Another program may have taken the lease of the source while the target was brought to the disk.
TEST_F(Moves, WhoeverMayNotSwitchInTheEndLeavesTheSourceOpen) {
  const auto to = nothing("to");
  before_the_switch(from, to, [](move::StoreMove& move, move::Place&) {
    const Status done =
        move.finish("another place", [] { return Status(fail(Code::kRefused, "taken over")); });
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().message, "taken over");
  });
  EXPECT_TRUE(marks(from).ok());
  EXPECT_FALSE(marks(to).ok());
  EXPECT_EQ(*standing(from, to), move::Standing::kOpen);
  change(from.store, "INSERT INTO blocked VALUES (x'33')");
  ASSERT_TRUE(run(from, to).ok());
  EXPECT_EQ(contents(to), contents(from)) << "what was written meanwhile is there, too";
}

TEST_F(Moves, ThereAndBackIntoFilesThatTakeThePlaceOfTheOldOnes) {
  const Contents before = contents(from);
  const auto to = nothing("to");
  const move::NewFiles back(from);
  EXPECT_EQ(back.check_old().error().code, Code::kConflict)
      << "a store that never moved gives way to nothing";
  ASSERT_TRUE(run(from, to).ok());
  EXPECT_TRUE(back.check_old().ok());
  EXPECT_FALSE(*back.are_in_place("fdf2e4757ff0c5ebf6bf1e6598b7812c")) << "it is the old one";
  change(to.store, "INSERT INTO blocked VALUES (x'11')");
  ASSERT_TRUE(back.make_folder().ok());
  EXPECT_FALSE(*back.are_done());
  EXPECT_FALSE(run(to, back.files(), [](const move::Step& step) {
                 return step.stage == move::Stage::kCheck ? Status(fail(Code::kUnavailable, "cut"))
                                                          : Status();
               }).ok());
  EXPECT_FALSE(*back.are_done());
  ASSERT_TRUE(run(to, back.files()).ok());
  EXPECT_TRUE(*back.are_done());
  EXPECT_FALSE(marks(from).ok()) << "the old one is still in its place";
  // Cut short after the first file was put in its place.
  std::filesystem::rename(back.files().office, from.office);
  EXPECT_TRUE(*back.are_done());
  ASSERT_TRUE(back.put_in_place().ok());
  EXPECT_FALSE(*back.are_done());
  EXPECT_TRUE(marks(from).ok());
  EXPECT_TRUE(*back.are_in_place("fdf2e4757ff0c5ebf6bf1e6598b7812c")) << "the store's instance token";
  EXPECT_FALSE(*back.are_in_place("00"));
  Contents now = contents(from);
  EXPECT_EQ(std::erase(now, "blocked: 11"), 1U);
  EXPECT_EQ(now, before);
}

TEST_F(Moves, AnOldCopyOfTheSameStoreGivesWayWhenItMovesThereAgain) {
  const auto to = nothing("to");
  ASSERT_TRUE(run(from, to).ok());
  change(to.store,
         "INSERT INTO blocked VALUES (x'22');"
         "UPDATE record SET body = NULL, state = 1 WHERE id = (1 << 40) + 1");
  ASSERT_TRUE(run(to, from).ok());
  EXPECT_EQ(contents(from), contents(to));
  EXPECT_TRUE(marks(from).ok());
  EXPECT_FALSE(marks(to).ok());
}

TEST_F(Moves, WhatDiffersIsFoundBeforeAnythingIsSwitched) {
  struct Fault {
    const char* sql;
    const char* named;
    bool only_all;  // found where every row is compared
  };
  const Fault faults[] = {
      {"UPDATE peer SET address = 'elsewhere:1'", "the table peer", false},
      {"UPDATE total SET transit = transit + 1", "the table total", false},
      {"DELETE FROM tile WHERE id = (SELECT max(id) FROM tile)", "the table tile has", false},
      {"UPDATE record SET entry = entry || x'00' WHERE id = 1 << 40", "la.example/0", false},
      {"UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE id = 1 << 36", "the log of la.example",
       false},
      {"UPDATE arrival SET at_ms = 7 WHERE first = (SELECT min(first) FROM arrival)", "the table arrival",
       true},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.sql);
    const auto to = nothing("to");
    auto out = move::open_files(from);
    auto in = move::make_files(to);
    ASSERT_TRUE(out.ok() && in.ok());
    move::StoreMove move(*out, *in, kGoOn);
    ASSERT_TRUE(move.copy().ok());
    ASSERT_TRUE(move.check(true).ok());
    change(to.store, fault.sql);
    if (fault.only_all) EXPECT_TRUE(move.check(false).ok());
    const Status found = move.check(fault.only_all);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, Code::kIo);
    EXPECT_NE(found.error().text().find(fault.named), std::string::npos) << found.error().text();
  }
}

TEST_F(Moves, WhatIsDamagedInTheSourceIsToldAsThat) {
  change(from.store, "DELETE FROM record WHERE id = (2 << 40) + 3");
  const Status found = run(from, nothing("to"), kGoOn, false);
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().text().find("seoul.example/3 is damaged in the source"), std::string::npos)
      << found.error().text();
  EXPECT_TRUE(marks(from).ok());
}

// A server takes no such text, and writes what stands for it.
TEST_F(Moves, ATextWithANulIsCarriedAsAServerHasIt) {
  change(from.office, "UPDATE inbox SET remark = 'a' || char(0) || 'b'");
  const auto to = nothing("to");
  const Status moved = run(from, to);
  ASSERT_TRUE(moved.ok()) << moved.error().text();
  auto db = *sqlite::Connection::open(to.office, {});
  EXPECT_EQ(texts(db, "SELECT DISTINCT hex(CAST(remark AS BLOB)) FROM inbox"), Contents{"61EFBFBD62"});
}

TEST_F(Moves, NoNumberIsGivenTwice) {
  change(from.office,
         "INSERT INTO draft (id, user, version, updated_at_ms, note) VALUES (90, 2, 1, 1, 'x');"
         "DELETE FROM draft WHERE id = 90");
  const auto to = nothing("to");
  ASSERT_TRUE(run(from, to).ok());
  change(to.office, "INSERT INTO draft (user, version, updated_at_ms, note) VALUES (2, 1, 1, 'y')");
  auto db = *sqlite::Connection::open(to.office, {});
  EXPECT_EQ(texts(db, "SELECT max(id) FROM draft"), Contents{"91"});
}

TEST_F(Moves, APageIsBoundedByBytesAndEachRowComesOnce) {
  change(from.store,
         "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39) INSERT INTO "
         "attachment_chunk "
         "SELECT (9 << 16) + i, zeroblob(300000), x'' FROM n;"
         "INSERT INTO attachment_chunk VALUES ((10 << 16), zeroblob(9000000), x'')");
  auto place = move::open_files_ahead(from);
  ASSERT_TRUE(place.ok());
  const auto& tables = move::store_tables();
  const auto chunks = std::find_if(tables.begin(), tables.end(),
                                   [](const move::Table& table) { return table.name == "attachment_chunk"; });
  move::TableRows rows(*place->store, *chunks, "attachment_chunk");
  std::vector<std::int64_t> seen;
  std::optional<move::Row> last;
  while (true) {
    const auto page = rows.page_after(last);
    ASSERT_TRUE(page.ok());
    if (page->empty()) break;
    std::uint64_t bytes = 0;
    for (const move::Row& row : *page) {
      seen.push_back(row[0].number);
      bytes += row[1].bytes.size();
    }
    EXPECT_TRUE(page->size() == 1 || bytes <= 5 << 20) << page->size();
    last = rows.key_of(page->back());
  }
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.size(), *rows.count());
}

}  // namespace
}  // namespace koinon::test::move_test
