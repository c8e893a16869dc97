// The time that the node goes by: what it believes of the machine's clock, and when.
#include "node/daemon/steady_wall.h"

#include <gtest/gtest.h>

namespace koinon::test::steady_wall_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr UnixMillis kSummer{1'780'000'000'000};
constexpr hours kYear{24 * 365};

UnixMillis after(UnixMillis time, milliseconds by) { return {time.value + by.count()}; }

class SteadyWallTest : public testing::Test {
 protected:
  // Time passes, and is seen to pass, as a node looks at its clock all the time.
  void pass(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += seconds(1)) {
      machine = after(machine, seconds(1));
      boot += seconds(1);
      true_time = after(true_time, seconds(1));
      steady.now();
    }
  }
  void jump(milliseconds by) { machine = after(machine, by); }
  milliseconds ahead() { return milliseconds(steady.now().value - true_time.value); }

  UnixMillis machine = kSummer;
  UnixMillis true_time = kSummer;
  MonoTime boot = hours(5);
  SteadyWall steady{[this] { return machine; }, [this] { return boot; }, after(kSummer, -hours(24))};
};

TEST_F(SteadyWallTest, RunsWithTheMachine) {
  pass(hours(1));
  EXPECT_EQ(ahead(), milliseconds(0));
  EXPECT_EQ(steady.jump(), milliseconds(0));
}

TEST_F(SteadyWallTest, SmallStepsAreBelievedAtOnce) {
  for (const milliseconds step : {milliseconds(seconds(50)), milliseconds(-seconds(59)), milliseconds(3)}) {
    jump(step);
    EXPECT_EQ(steady.now(), machine);
    EXPECT_EQ(steady.jump(), milliseconds(0));
  }
}

TEST_F(SteadyWallTest, AClockThatIsAheadForAMinuteChangesNothing) {
  jump(400 * hours(24));
  pass(minutes(1));
  EXPECT_EQ(ahead(), milliseconds(0));
  EXPECT_EQ(steady.jump(), 400 * hours(24)) << "but it is told";
  jump(-400 * hours(24));
  pass(minutes(30));
  EXPECT_EQ(ahead(), milliseconds(0));
  EXPECT_EQ(steady.jump(), milliseconds(0));
}

TEST_F(SteadyWallTest, ASecondMinuteAheadIsNotCountedToTheFirst) {
  for (int i = 0; i < 20; ++i) {
    jump(kYear);
    pass(minutes(1));
    EXPECT_EQ(ahead(), milliseconds(0)) << i;
    jump(-kYear);
    pass(minutes(1));
  }
}

TEST_F(SteadyWallTest, WhatHasStoodForTenMinutesIsBelieved) {
  for (const milliseconds by : {milliseconds(kYear), milliseconds(-2 * kYear)}) {
    const milliseconds before = ahead();
    jump(by);
    pass(minutes(10) - seconds(1));
    EXPECT_EQ(ahead(), before);
    pass(seconds(3));
    EXPECT_EQ(ahead(), before + by);
    EXPECT_EQ(steady.jump(), milliseconds(0));
  }
}

TEST_F(SteadyWallTest, AnotherJumpHasToStandAnew) {
  jump(hours(1));
  pass(minutes(9));
  jump(hours(1));
  pass(minutes(9));
  EXPECT_EQ(ahead(), milliseconds(0));
  pass(minutes(2));
  EXPECT_EQ(ahead(), hours(2));
}

TEST_F(SteadyWallTest, AMachineThatSleptIsRightAtOnce) {
  machine = after(machine, hours(9));
  true_time = after(true_time, hours(9));
  boot += hours(9);
  EXPECT_EQ(ahead(), milliseconds(0));
  EXPECT_EQ(steady.jump(), milliseconds(0));
}

TEST_F(SteadyWallTest, TheOperatorsWordIsBelievedAtOnce) {
  jump(hours(3));
  EXPECT_EQ(ahead(), milliseconds(0));
  steady.believe();
  EXPECT_EQ(ahead(), hours(3));
  EXPECT_EQ(steady.jump(), milliseconds(0));
}

TEST(SteadyWall, AMachineThatStartsIn1970IsSetRightAtOnce) {
  UnixMillis machine{60'000};
  MonoTime boot = minutes(1);
  SteadyWall steady([&] { return machine; }, [&] { return boot; }, kSummer);
  EXPECT_EQ(steady.now(), machine);
  boot += seconds(20);
  machine = after(kSummer, hours(1));
  EXPECT_EQ(steady.now(), machine) << "nothing of our own is older than our newest entry";
  boot += seconds(20);
  machine = {100'000};
  EXPECT_EQ(steady.now(), after(kSummer, hours(1) + seconds(20))) << "and not back to 1970";
}

TEST(SteadyWall, TheRealClockOfAMachineDoesNotGoBack) {
  const MonoTime first = boot_time();
  EXPECT_GT(first, MonoTime(0));
  EXPECT_GE(boot_time(), first);
}

}  // namespace
}  // namespace koinon::test::steady_wall_test
