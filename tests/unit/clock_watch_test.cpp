// Who contradicts our clock, and when signing waits for the operator's word.
#include "node/daemon/clock_watch.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::clock_watch_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr UnixMillis kNow{1'780'000'000'000};
using Doubts = std::vector<ClockDoubt>;

class ClockWatchTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  // As after a restart of the node: nothing has been heard of peers.
  void start(std::optional<ClockWord> word, bool signs = true) {
    ClockWatch::Parts parts;
    wall = std::make_shared<SteadyWall>([this] { return machine; }, [this] { return boot; }, UnixMillis{});
    parts.wall = wall;
    parts.kernel_is_synchronised = [this] { return kernel; };
    parts.boot = [this] { return boot; };
    parts.signs = signs;
    parts.has_peers = has_peers;
    parts.newest = newest;
    parts.word = word;
    watch = std::make_unique<ClockWatch>(std::move(parts));
  }
  void newest_is_ahead(milliseconds by, std::uint64_t index = 7) {
    newest = OwnNewest{EntryIndex(index), {machine.value + by.count()}};
    watch->newest_own(*newest);
  }
  // Our own view of them: how far each is ahead.
  void peers_are_ahead(std::initializer_list<milliseconds> by) {
    std::vector<std::int64_t> out;
    for (const milliseconds one : by) out.push_back(one.count());
    watch->peers_say(std::move(out));
  }
  bool waits() {
    const bool waits = watch->signing_waits().has_value();
    EXPECT_EQ(watch->standing().signing_waits, waits);
    return waits;
  }
  Doubts doubts() { return watch->standing().because; }
  // As the API does: kept, then gone by.
  ClockWord say_that_it_is_right() {
    const auto word = parse_clock_word(clock_word_text(watch->word()));
    EXPECT_TRUE(word.has_value());
    watch->believe(*word);
    return *word;
  }

  UnixMillis machine = kNow;
  MonoTime boot = hours(5);
  std::optional<bool> kernel = false;
  bool has_peers = false;
  std::optional<OwnNewest> newest;
  std::shared_ptr<SteadyWall> wall;
  std::unique_ptr<ClockWatch> watch;
};

TEST_F(ClockWatchTest, WithoutAWitnessNothingIsDoubted) {
  for (const std::optional<bool> says : {std::optional<bool>(), std::optional(false), std::optional(true)}) {
    kernel = says;
    EXPECT_EQ(doubts(), Doubts{});
    EXPECT_FALSE(waits()) << "a kernel alone, that nothing sets, is many a kernel";
  }
}

TEST_F(ClockWatchTest, BehindOurOwnNewestEntrySigningWaitsWhateverElseIsSaid) {
  for (const std::optional<bool> says : {std::optional<bool>(), std::optional(false), std::optional(true)}) {
    kernel = says;
    newest_is_ahead(minutes(10));
    EXPECT_FALSE(waits()) << "ten minutes are allowed";
    newest_is_ahead(minutes(11));
    EXPECT_EQ(doubts(), Doubts{ClockDoubt::kOwnEntry});
    EXPECT_EQ(watch->standing().behind, minutes(11));
    EXPECT_TRUE(waits());
    EXPECT_EQ(watch->signing_waits()->code, Code::kUnavailable) << "so that what is held waits on";
  }
  newest_is_ahead(-hours(24 * 400));
  EXPECT_EQ(doubts(), Doubts{}) << "a city that said nothing for a year";
}

TEST_F(ClockWatchTest, PeersAloneRaiseTheAlarmAndStopNothing) {
  for (const milliseconds by : {milliseconds(hours(2)), milliseconds(-hours(2))}) {
    peers_are_ahead({by});
    for (const std::optional<bool> says : {std::optional<bool>(), std::optional(true)}) {
      kernel = says;
      EXPECT_EQ(doubts(), Doubts{ClockDoubt::kPeers});
      EXPECT_EQ(watch->standing().behind, by);
      EXPECT_FALSE(waits());
    }
    kernel = false;
    EXPECT_TRUE(waits()) << "the kernel agrees with them";
  }
}

TEST_F(ClockWatchTest, WhatMostPeersSayCounts) {
  peers_are_ahead({hours(3), milliseconds(10), milliseconds(-20)});
  EXPECT_EQ(doubts(), Doubts{}) << "one that is off itself";
  peers_are_ahead({hours(3), hours(4), milliseconds(-20)});
  EXPECT_EQ(watch->standing().behind, hours(3));
  peers_are_ahead({hours(3), milliseconds(-20)});
  EXPECT_EQ(doubts(), Doubts{}) << "one word against another";
  peers_are_ahead({minutes(10), minutes(10)});
  EXPECT_EQ(doubts(), Doubts{}) << "ten minutes are allowed";
  peers_are_ahead({hours(3)});
  peers_are_ahead({});
  EXPECT_EQ(doubts(), Doubts{}) << "nobody is connected, and nobody says anything";
}

TEST_F(ClockWatchTest, AnObserverHasTheAlarmAndNothingThatWaits) {
  start({}, false);
  peers_are_ahead({hours(2)});
  EXPECT_EQ(doubts(), Doubts{ClockDoubt::kPeers});
  EXPECT_FALSE(waits());
}

TEST_F(ClockWatchTest, AJumpIsToldAndStopsNothing) {
  wall->now();
  machine = {kNow.value + milliseconds(hours(24 * 400)).count()};
  EXPECT_EQ(doubts(), Doubts{ClockDoubt::kJump});
  EXPECT_EQ(watch->standing().behind, -hours(24 * 400)) << "it is the machine's clock that is ahead";
  EXPECT_FALSE(waits());
}

TEST_F(ClockWatchTest, ANodeThatStartsLongAfterItsNewestEntryHearsItsPeersFirst) {
  newest = OwnNewest{EntryIndex(7), {kNow.value - milliseconds(hours(24 * 400)).count()}};
  has_peers = true;
  start({});
  EXPECT_TRUE(watch->signing_waits()) << "else what waits would be signed before anybody can say the time";
  EXPECT_FALSE(watch->standing().signing_waits) << "no operator is asked for a word";
  peers_are_ahead({milliseconds(20)});
  EXPECT_FALSE(waits()) << "it is right: a city that said nothing for a year";
  peers_are_ahead({-hours(24 * 400)});
  EXPECT_TRUE(waits()) << "it is a year ahead";
  start({});
  boot += minutes(1);
  EXPECT_FALSE(waits()) << "and nobody is waited for in vain";
  for (const std::optional<bool> says : {std::optional<bool>(), std::optional(true)}) {
    kernel = says;
    start({});
    EXPECT_FALSE(waits()) << "something sets the clock, as far as we know";
  }
  kernel = false;
  has_peers = false;
  start({});
  EXPECT_FALSE(waits()) << "there is nobody to hear";
  has_peers = true;
  newest->created_at = {kNow.value - milliseconds(hours(24 * 29)).count()};
  start({});
  EXPECT_FALSE(waits());
}

TEST_F(ClockWatchTest, TheWordHoldsForTheEntryThatItWasGivenFor) {
  newest_is_ahead(hours(24 * 400), 7);
  ASSERT_TRUE(waits());
  const ClockWord word = say_that_it_is_right();
  EXPECT_FALSE(waits());
  EXPECT_EQ(doubts(), Doubts{}) << "the entry is wrong, and the clock is not";
  start(word);
  EXPECT_FALSE(waits()) << "after a restart as well: it is asked for once, and not for a year";
  newest_is_ahead(hours(24 * 400), 8);
  EXPECT_TRUE(waits()) << "another entry is other evidence";
}

TEST_F(ClockWatchTest, TheWordHoldsWhileThePeersSayAboutTheSame) {
  peers_are_ahead({hours(2)});
  ASSERT_TRUE(waits());
  const ClockWord word = say_that_it_is_right();
  EXPECT_FALSE(waits());
  EXPECT_EQ(doubts(), Doubts{ClockDoubt::kPeers}) << "they still contradict it";
  start(word);
  peers_are_ahead({hours(2) + minutes(9)});
  EXPECT_FALSE(waits());
  peers_are_ahead({hours(3)});
  EXPECT_TRUE(waits()) << "it has moved since";
}

TEST_F(ClockWatchTest, PeersThatSaySomethingNewEachTimeStopNothingThatTheWordWasGivenFor) {
  peers_are_ahead({hours(2), hours(2)});
  ASSERT_TRUE(waits());
  const ClockWord word = say_that_it_is_right();
  for (int hour = 1; hour < 50; ++hour) {
    boot += hours(1);
    machine.value += milliseconds(hours(1)).count();
    peers_are_ahead({hours(hour * 24), -hours(hour * 24), hours(hour * 24)});
    EXPECT_FALSE(waits()) << "our clock has run on evenly: it is theirs that has moved";
    EXPECT_EQ(doubts(), Doubts{ClockDoubt::kPeers}) << "and the operator is told";
  }
  // Our own clock moves, and stands there.
  machine.value += milliseconds(hours(2)).count();
  wall->now();
  boot += limits::kClockStands;
  machine.value += milliseconds(limits::kClockStands).count();
  ASSERT_EQ(wall->now(), machine);
  peers_are_ahead({-hours(5)});
  EXPECT_TRUE(waits());
  start(word);
  EXPECT_FALSE(waits());
  peers_are_ahead({hours(5)});
  EXPECT_TRUE(waits()) << "over a restart it holds for what it was given on";
}

TEST_F(ClockWatchTest, TheWordMakesAClockThatWasSetCountAtOnce) {
  newest_is_ahead(hours(2));
  peers_are_ahead({hours(3)});
  ASSERT_TRUE(waits());
  // The operator sets the clock, which is a jump, and says so.
  machine = {kNow.value + milliseconds(hours(3)).count()};
  ASSERT_EQ(wall->now(), kNow);
  const ClockWord word = say_that_it_is_right();
  EXPECT_EQ(wall->now(), machine);
  EXPECT_EQ(doubts(), Doubts{}) << "what peers said is reckoned from the new time";
  EXPECT_FALSE(waits());
  EXPECT_EQ(word.entries, 0U) << "nothing was wrong but the clock";
  EXPECT_EQ(word.lag, milliseconds(0));
}

TEST(ClockWord, IsReadAsItIsWrittenAndNothingElseIs) {
  for (const ClockWord& word : {ClockWord{}, ClockWord{12, hours(2)}, ClockWord{1, -hours(24 * 400)}}) {
    const auto read = parse_clock_word(clock_word_text(word));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->entries, word.entries);
    EXPECT_EQ(read->lag, word.lag);
  }
  for (const char* wrong : {"", "1", " ", "1 ", "x 1", "1 x", "1 2 3", "-1 2"})
    EXPECT_FALSE(parse_clock_word(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace koinon::test::clock_watch_test
