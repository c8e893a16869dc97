// Whether all threads turn: the manager is told that the service is well only while each has answered lately.
#include "node/daemon/watchdog.h"

#include <atomic>
#include <future>
#include <mutex>
#include <utility>

#include <gtest/gtest.h>

#include "proto/base/clock.h"

namespace koinon::test::watchdog_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Numbers = std::vector<std::size_t>;

constexpr seconds kDeadline{60};
constexpr MonoTime kLimit = seconds(40);

class WatchdogRuleTest : public testing::Test {
 protected:
  WatchdogRule::Turn turn_after(MonoTime time) {
    now += time;
    return rule.turn(now);
  }
  void answer(const Numbers& threads) {
    for (const std::size_t thread : threads) rule.answered(thread, now);
  }
  MonoTime now = seconds(1'000);
  WatchdogRule rule{kLimit, 3};
};

TEST_F(WatchdogRuleTest, ItAsksFourTimesInTheLimitAndOnceAMinuteAtLeast) {
  EXPECT_EQ(rule.pause(), seconds(10));
  EXPECT_EQ(WatchdogRule(minutes(30), 1).pause(), minutes(1));
}

TEST_F(WatchdogRuleTest, NothingIsWellBeforeAllHaveAnswered) {
  const auto first = turn_after(seconds(0));
  EXPECT_EQ(first.ask, (Numbers{0, 1, 2}));
  EXPECT_FALSE(first.well);
  answer({0, 2});
  const auto second = turn_after(rule.pause());
  EXPECT_FALSE(second.well);
  EXPECT_EQ(second.ask, (Numbers{0, 2})) << "who has not answered is not asked again";
  answer({0, 1, 2});
  EXPECT_TRUE(turn_after(rule.pause()).well);
}

TEST_F(WatchdogRuleTest, WhileAllAnswerItIsWellAtEachTurn) {
  rule.turn(now);
  for (int i = 0; i < 20; ++i) {
    answer({0, 1, 2});
    EXPECT_TRUE(turn_after(rule.pause()).well) << i;
  }
  EXPECT_TRUE(rule.silent().empty());
}

TEST_F(WatchdogRuleTest, OneThreadThatHangsIsEnough) {
  rule.turn(now);
  answer({0, 1, 2});
  EXPECT_TRUE(turn_after(rule.pause()).well);  // asks all
  int well = 0;
  Numbers silent;
  for (int i = 0; i < 8; ++i) {
    answer({0, 2});
    const auto turn = turn_after(rule.pause());
    well += turn.well ? 1 : 0;
    silent.insert(silent.end(), turn.silent.begin(), turn.silent.end());
  }
  EXPECT_LE(well * rule.pause(), kLimit / 2) << "no longer than half the limit after its last answer";
  EXPECT_EQ(silent, Numbers{1}) << "told once";
  EXPECT_EQ(rule.silent(), Numbers{1});
  answer({0, 1, 2});
  const auto back = turn_after(rule.pause());
  EXPECT_TRUE(back.well);
  EXPECT_EQ(back.back, Numbers{1});
  EXPECT_TRUE(rule.silent().empty());
}

TEST_F(WatchdogRuleTest, AThreadThatIsSlowIsNotSilent) {
  rule.turn(now);
  answer({0, 1});
  now += kLimit / 2 - milliseconds(1);
  answer({2});
  const auto turn = turn_after(milliseconds(0));
  EXPECT_TRUE(turn.well);
  EXPECT_TRUE(turn.silent.empty());
}

// A machine that was stopped and goes on: its threads had no time to answer.
TEST_F(WatchdogRuleTest, WhereTheWholeProcessStoodStillNobodyIsBlamed) {
  rule.turn(now);
  answer({0, 1, 2});
  EXPECT_TRUE(turn_after(rule.pause()).well);
  answer({0, 1});
  const auto after = turn_after(minutes(30));
  EXPECT_TRUE(after.silent.empty());
  EXPECT_FALSE(after.well) << "nobody has answered since";
  answer({0, 1, 2});
  EXPECT_TRUE(turn_after(rule.pause()).well);
}

TEST(WatchdogThread, TellsOfAThreadThatHangsAndIsWellOnceItAnswers) {
  std::mutex mutex;
  std::vector<Watchdog::Done> kept;  // of the thread that hangs
  std::promise<std::string> silent;
  std::promise<std::string> back;
  std::promise<void> well;
  std::atomic<int> times_well = 0;
  std::atomic<int> well_while_silent = -1;
  std::promise<std::vector<std::string>> shown;
  Watchdog::Parts parts;
  parts.limit = milliseconds(200);
  parts.clock = system_clock().mono;
  parts.threads = {{"answers", [](const Watchdog::Done& done) { done(); }},
                   {"hangs", [&](Watchdog::Done done) {
                      const std::lock_guard lock(mutex);
                      kept.push_back(std::move(done));
                    }}};
  parts.on_well = [&] {
    if (times_well++ == 0) well.set_value();
  };
  bool was_silent = false;
  bool was_back = false;
  bool was_shown = false;
  parts.on_silent = [&](const std::string& thread) {
    if (std::exchange(was_silent, true)) return;
    well_while_silent = times_well.load();
    silent.set_value(thread);
  };
  parts.on_back = [&](const std::string& thread) {
    if (!std::exchange(was_back, true)) back.set_value(thread);
  };
  parts.on_turn = [&](const std::vector<std::string>& names) {
    if (!names.empty() && !std::exchange(was_shown, true)) shown.set_value(names);
  };
  Watchdog watchdog(std::move(parts));
  auto told = silent.get_future();
  ASSERT_EQ(told.wait_for(kDeadline), std::future_status::ready);
  EXPECT_EQ(told.get(), "hangs");
  EXPECT_EQ(well_while_silent, 0);
  EXPECT_EQ(shown.get_future().get(), std::vector<std::string>{"hangs"});
  // From now on it answers as soon as it is asked.
  const auto answer_all = [&] {
    const std::lock_guard lock(mutex);
    for (const auto& done : std::exchange(kept, {})) done();
  };
  auto again = back.get_future();
  auto all_well = well.get_future();
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (all_well.wait_for(milliseconds(1)) != std::future_status::ready) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    answer_all();
  }
  ASSERT_EQ(again.wait_for(kDeadline), std::future_status::ready);
  EXPECT_EQ(again.get(), "hangs");
  watchdog.stop();
  answer_all();  // an answer that comes too late does nothing
}

}  // namespace
}  // namespace koinon::test::watchdog_test
