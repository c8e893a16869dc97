// When a node that serves is not ready.
#include "node/api/readiness.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::readiness_test {
namespace {

constexpr UnixMillis kNow{100'000'000};

std::vector<std::string> unready(const std::string& id, Severity severity,
                                 std::chrono::milliseconds lasts = {}) {
  Alarm alarm;
  alarm.id = id;
  alarm.severity = severity;
  alarm.since = {kNow.value - lasts.count()};
  std::vector<std::string> out;
  for (const Alarm& one : unready_for({alarm}, kNow)) out.push_back(one.id);
  return out;
}
using Ids = std::vector<std::string>;

TEST(Readiness, ANodeWithoutAlarmsIsReady) { EXPECT_TRUE(unready_for({}, kNow).empty()); }

TEST(Readiness, AStoreThatCannotBeWrittenToIsNot) {
  EXPECT_EQ(unready("store", Severity::kCritical), Ids{"store"});
  EXPECT_EQ(unready("reserve", Severity::kCritical), Ids{"reserve"});
}

TEST(Readiness, AReaderThatIsTooFarBehindIsNot) {
  EXPECT_EQ(unready("behind", Severity::kCritical), Ids{"behind"});
}

TEST(Readiness, ThatSigningWaitsIsNoReasonHoweverUrgentItIs) {
  for (const char* id : {"signing", "standing", "clock"})
    EXPECT_EQ(unready(id, Severity::kCritical, std::chrono::hours(24)), Ids{}) << id;
}

TEST(Readiness, AnIndexThatIsHopelesslyBehindIs) {
  for (const char* id : {"index", "index_stopped"}) {
    EXPECT_EQ(unready(id, Severity::kWarning, limits::kIndexHopeless - std::chrono::milliseconds(1)), Ids{});
    EXPECT_EQ(unready(id, Severity::kWarning, limits::kIndexHopeless), Ids{id});
  }
}

TEST(Readiness, NoOtherAlarmIs) {
  for (const std::string& id : alarm_ids()) {
    if (id == "store" || id == "reserve" || id == "behind" || id.starts_with("index")) continue;
    EXPECT_EQ(unready(id, Severity::kCritical, std::chrono::hours(24)), Ids{}) << id;
  }
}

}  // namespace
}  // namespace koinon::test::readiness_test
