// The index leaves the cores to a log that catches up, and to nothing else, and not for ever.
#include "node/daemon/index_pace.h"

#include <gtest/gtest.h>

namespace koinon::test::index_pace_test {
namespace {

using namespace std::chrono_literals;

class IndexPaceTest : public testing::Test {
 protected:
  // A batch that took so long, after which the store has so many more.
  IndexPace::Clock::duration after(std::uint64_t more, IndexPace::Clock::duration took = 50ms) {
    newest += more;
    now += took;
    const auto rest = pace.rest(ArrivalSeq(newest), now, took);
    now += rest;
    return rest;
  }
  IndexPace pace;
  std::uint64_t newest = 100;
  IndexPace::Clock::time_point now{1h};
};

TEST_F(IndexPaceTest, WhatPeoplePublishIsIndexedAtOnce) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(after(50), 0s) << i;  // a thousand a second
}

TEST_F(IndexPaceTest, ALogThatCatchesUpHasTheCoresMostOfTheTime) {
  EXPECT_EQ(after(5'000), 0s) << "a first look knows no rate";
  EXPECT_EQ(after(5'000), 950ms);
  EXPECT_EQ(after(50'000), 950ms);
  EXPECT_EQ(after(50'000, 700ms), 5s) << "and never rests for long";
}

TEST_F(IndexPaceTest, BatchesAreShortWhileALogCatchesUp) {
  const auto batch = [&] { return pace.batch(ArrivalSeq(newest), now, 4'000); };
  EXPECT_LT(batch(), 1'000U) << "nobody knows yet what comes";
  EXPECT_GT(after(5'000), 0s) << "from the look before it a rate is known";
  EXPECT_LT(batch(), 1'000U);
  EXPECT_EQ(after(0), 0s);
  EXPECT_EQ(batch(), 4'000U);
  now += 1h;
  newest += 4'000;
  EXPECT_LT(batch(), 1'000U) << "the last look is long ago";
  EXPECT_EQ(after(10), 0s) << "what came within that hour is no rush";
}

TEST_F(IndexPaceTest, OnceAllHasComeItRestsNoMore) {
  after(5'000);
  EXPECT_GT(after(5'000), 0s);
  EXPECT_EQ(after(0), 0s);
  EXPECT_EQ(after(1), 0s);
}

TEST_F(IndexPaceTest, WhoSendsWithoutAnEndDoesNotKeepOthersNotesOut) {
  after(5'000);
  const auto began = now;
  while (after(100'000) > 0s) ASSERT_LT(now - began, 62s);
  EXPECT_GE(now - began, 59s);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(after(100'000), 0s) << "of the same rush";
  EXPECT_EQ(after(0), 0s);
  EXPECT_GT(after(100'000), 0s) << "another one";
}

TEST_F(IndexPaceTest, AStoreThatCountsAnewIsNoRush) {
  after(5'000);
  newest = 7;
  EXPECT_EQ(after(0), 0s);
  EXPECT_EQ(after(10), 0s);
}

TEST_F(IndexPaceTest, ALookTooSoonAfterTheLastChangesNothing) {
  after(5'000);
  EXPECT_EQ(after(200, 1ms), 0s);
  EXPECT_EQ(after(5'000), 950ms);
  now -= 950ms;
  EXPECT_EQ(after(0, 1ms), 19ms) << "it is still the same rush";
}

}  // namespace
}  // namespace koinon::test::index_pace_test
