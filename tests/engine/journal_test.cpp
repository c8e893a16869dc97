// The journal alone: commits are answered in any order, rows enter in theirs.
#include "node/engine/journal.h"

#include <gtest/gtest.h>

namespace koinon::engine::journal_test {
namespace {

LogId log_id(char name) { return LogId::from(Bytes(32, name)); }

LogState state_of(char name, std::uint64_t row) {
  LogState state;
  state.id = log_id(name);
  state.journal_seq = JournalSeq(row);
  return state;
}

struct World {
  TrustPolicy trust{{}};
  Logs logs{trust, std::nullopt, {state_of('a', 1), state_of('b', 2), state_of('c', 0)}, {}};
  Journal journal{logs, {}, JournalSeq(2)};
};

TEST(Journal, BeginsWithTheRowsThatTheStoreHolds) {
  const World world;
  EXPECT_EQ(world.journal.rows(), (std::map<std::uint64_t, LogId>{{1, log_id('a')}, {2, log_id('b')}}));
  EXPECT_EQ(world.journal.last_row(), JournalSeq(2));
}

TEST(Journal, ARowWaitsForTheCommitBeforeIt) {
  World world;
  const auto first = world.journal.begin_commit();
  const auto second = world.journal.begin_commit();
  EXPECT_TRUE(world.journal.end_commit(second, log_id('c'), JournalSeq(4)).empty());
  EXPECT_EQ(world.journal.last_row(), JournalSeq(2));
  EXPECT_EQ(world.journal.end_commit(first, log_id('a'), JournalSeq(3)),
            (std::vector<LogId>{log_id('a'), log_id('c')}));
  EXPECT_EQ(world.journal.last_row(), JournalSeq(4));
}

TEST(Journal, ACommitThatMadeNoRowLetsOthersPass) {
  World world;
  const auto first = world.journal.begin_commit();
  const auto second = world.journal.begin_commit();
  (void)world.journal.end_commit(second, log_id('c'), JournalSeq(3));
  EXPECT_EQ(world.journal.end_commit(first, log_id('a'), JournalSeq(0)), (std::vector<LogId>{log_id('c')}));
}

TEST(Journal, ANewRowTakesThePlaceOfTheLogsOldOne) {
  World world;
  (void)world.journal.end_commit(world.journal.begin_commit(), log_id('a'), JournalSeq(3));
  EXPECT_EQ(world.journal.rows(), (std::map<std::uint64_t, LogId>{{2, log_id('b')}, {3, log_id('a')}}));
  EXPECT_EQ(world.logs.at(log_id('a')).state().journal_seq, JournalSeq(3));
}

TEST(Journal, ARemovedLogHasNoRow) {
  World world;
  world.journal.forget(world.logs.at(log_id('b')));
  EXPECT_EQ(world.journal.rows(), (std::map<std::uint64_t, LogId>{{1, log_id('a')}}));
}

}  // namespace
}  // namespace koinon::engine::journal_test
