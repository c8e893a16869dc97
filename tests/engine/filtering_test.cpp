// Our own filter, without a network: how it passes over the logs, some at a time, a piece of each.
#include "tests/engine/alone.h"

namespace koinon::engine::test::filtering_test {
namespace {

std::vector<LogIdentity> cities() {
  std::vector<LogIdentity> out;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) out.push_back(city(name));
  return out;
}

// Two entries of each of six logs are held.
StoreState six_logs() {
  std::vector<LogState> logs;
  for (const LogIdentity& identity : cities()) logs.push_back(state_of(identity, 2, logs.size() + 1));
  return pinned(cities(), std::move(logs));
}

BodyFilter only(const std::string& topic) {
  BodyFilter filter;
  filter.all = false;
  filter.topics = {topic};
  return filter;
}

class FilteringAlone : public Alone {
 protected:
  FilteringAlone() : Alone(six_logs()) {}

  void set(const BodyFilter& filter) {
    parts.filtering.set_filter(filter);
    look();
  }
  std::vector<Asked<CommitFilter>> passes() const { return asked<CommitFilter>(); }
};

TEST_F(FilteringAlone, TheSameFilterChangesNothing) {
  connect('\1');
  set(BodyFilter());
  EXPECT_TRUE(outputs.empty());
  set(only("health"));
  set(only("health"));
  EXPECT_TRUE(outputs.empty());
}

TEST_F(FilteringAlone, PeersThatHaveGreetedAreTold) {
  Link& ready = connect('\1');
  Link& other = connect('\2');
  other.ready = false;
  set(only("health"));
  ASSERT_EQ(said_to(ready).size(), 1U);
  EXPECT_TRUE(said_to(ready)[0].has_set_filter());
  EXPECT_TRUE(said_to(other).empty());
}

TEST_F(FilteringAlone, ItPassesOverFourLogsAtATimeAndSaysWhenItHasPassedAll) {
  set(only("health"));
  auto open = passes();
  ASSERT_EQ(open.size(), 4U);
  std::set<LogId> seen;
  for (std::size_t at = 0; at < open.size(); ++at) {
    EXPECT_EQ(told(Event::Kind::kFilterApplied), 0U);
    EXPECT_TRUE(seen.insert(open[at].intent.log).second) << "each once";
    EXPECT_TRUE(parts.logs.at(open[at].intent.log).is_filtered());
    answer(open[at].id, Answer(FilterApplied{}));
    EXPECT_FALSE(parts.logs.at(open[at].intent.log).is_filtered());
    for (const auto& next : passes()) open.push_back(next);
  }
  EXPECT_EQ(seen.size(), 6U);
  EXPECT_EQ(told(Event::Kind::kFilterApplied), 1U);
  EXPECT_FALSE(parts.filtering.has_wrong_list());
}

TEST_F(FilteringAlone, ALogIsPassedAPieceAtATime) {
  set(only("health"));
  const auto first = passes().at(0);
  EXPECT_EQ(first.intent.from, EntryIndex(0));
  answer(first.id, Answer(FilterApplied{EntryIndex(100), 0}));
  ASSERT_EQ(passes().size(), 1U);
  EXPECT_EQ(passes()[0].intent.log, first.intent.log);
  EXPECT_EQ(passes()[0].intent.from, EntryIndex(100));
  EXPECT_FALSE(parts.filtering.follows_ours(parts.logs.at(first.intent.log)));
}

TEST_F(FilteringAlone, AFilterThatChangesAgainPassesOverAllFromTheBeginning) {
  set(only("health"));
  const auto first = passes().at(0);
  set(only("water"));
  EXPECT_TRUE(passes().empty()) << "four run";
  answer(first.id, Answer(FilterApplied{EntryIndex(100), 0}));
  ASSERT_EQ(passes().size(), 1U);
  EXPECT_EQ(passes()[0].intent.from, EntryIndex(0));
  EXPECT_TRUE(passes()[0].intent.filter.same_topics(only("water")));
  EXPECT_FALSE(parts.filtering.follows_ours(parts.logs.at(first.intent.log)));
}

TEST_F(FilteringAlone, ARunThatAnOlderFilterDecidedMakesItsLogPassedAgain) {
  const std::uint64_t older = parts.effects.filter_number();
  set(only("health"));
  const auto first = passes().at(0);
  Log& log = parts.logs.at(first.intent.log);
  parts.filtering.note_run(log, older);
  answer(first.id, Answer(FilterApplied{}));
  EXPECT_FALSE(parts.filtering.follows_ours(log)) << "the run came while the filter passed over the log";
  parts.filtering.note_run(log, parts.effects.filter_number());
  EXPECT_FALSE(parts.filtering.has_wrong_list());
}

TEST_F(FilteringAlone, WhatTheStoreCannotDoIsTriedAgainWithIt) {
  set(only("health"));
  const auto first = passes().at(0);
  answer(first.id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_TRUE(parts.store.has_failed());
  EXPECT_TRUE(passes().empty());
  parts.filtering.apply();
  look();
  ASSERT_EQ(passes().size(), 1U);
  EXPECT_EQ(passes()[0].intent.log, first.intent.log);
}

}  // namespace
}  // namespace koinon::engine::test::filtering_test
