// A machine that was stopped and went on, or a copy of one, is noticed once; time that passes is not.
#include "node/daemon/resume_watch.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::resume_watch_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ResumeWatchTest : public testing::Test {
 protected:
  void pass(milliseconds time) {
    boot += time;
    jump(time);
  }
  void jump(milliseconds by) { wall.value += by.count(); }

  UnixMillis wall{1'780'000'000'000};
  MonoTime boot = hours(5);
  std::string boot_id = "a boot";
  ResumeWatch watch{{[this] { return wall; }, [this] { return boot; }, [this] { return boot_id; }}};
};

TEST_F(ResumeWatchTest, TimeThatPassesIsNoResume) {
  EXPECT_FALSE(watch.has_resumed());
  for (const milliseconds time : {milliseconds(1), milliseconds(2'000), milliseconds(hours(30))}) {
    pass(time);
    EXPECT_FALSE(watch.has_resumed()) << time.count();
  }
}

TEST_F(ResumeWatchTest, AJumpOfTheWallClockIsToldOnce) {
  for (const int direction : {1, -1}) {
    jump(direction * (limits::kResumeJump + milliseconds(1)));
    EXPECT_TRUE(watch.has_resumed());
    EXPECT_FALSE(watch.has_resumed());
    pass(seconds(10));
    EXPECT_FALSE(watch.has_resumed());
  }
}

TEST_F(ResumeWatchTest, ASmallerStepIsNone) {
  jump(limits::kResumeJump);
  EXPECT_FALSE(watch.has_resumed());
  jump(-limits::kResumeJump);
  EXPECT_FALSE(watch.has_resumed());
}

// A copy of the memory goes on elsewhere, where the boot clock stands at something else.
TEST_F(ResumeWatchTest, AJumpOfTheBootClockIsOneToo) {
  boot = hours(1);
  EXPECT_TRUE(watch.has_resumed());
  EXPECT_FALSE(watch.has_resumed());
}

TEST_F(ResumeWatchTest, AnotherBootIdIsToldOnce) {
  pass(seconds(2));
  EXPECT_FALSE(watch.has_resumed());
  boot_id = "another";
  pass(seconds(2));
  EXPECT_TRUE(watch.has_resumed());
  pass(seconds(2));
  EXPECT_FALSE(watch.has_resumed());
}

TEST_F(ResumeWatchTest, AnotherBootIdIsNoticedWithinASecond) {
  EXPECT_FALSE(watch.has_resumed());
  boot_id = "another";
  pass(seconds(1));
  EXPECT_TRUE(watch.has_resumed());
}

TEST_F(ResumeWatchTest, ABootIdThatIsNotKnownForAMomentIsNoOther) {
  pass(seconds(2));
  boot_id.clear();
  EXPECT_FALSE(watch.has_resumed());
  boot_id = "a boot";
  pass(seconds(2));
  EXPECT_FALSE(watch.has_resumed());
}

TEST_F(ResumeWatchTest, ABootIdThatIsNeverKnownIsNoResume) {
  boot_id.clear();
  ResumeWatch blind{{[this] { return wall; }, [this] { return boot; }, [this] { return boot_id; }}};
  pass(seconds(2));
  EXPECT_FALSE(blind.has_resumed());
  jump(limits::kResumeJump + seconds(1));
  EXPECT_TRUE(blind.has_resumed()) << "the clocks say it";
}

}  // namespace
}  // namespace koinon::test::resume_watch_test
