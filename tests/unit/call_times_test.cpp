// Times that a form offers and reads, also on the days on which clocks are changed.
#include "node/pages/call_times.h"

#include <gtest/gtest.h>

#include "node/pages/messages.h"
#include "node/text/time_text.h"
#include "proto/base/limits.h"

namespace koinon::call_times_test {
namespace {

TimeZone zone(const char* name) { return TimeZone::find(name).value_or(TimeZone()); }
UnixMillis moment(const char* text) { return *parse_time(text, "at"); }
int hour_in(UnixMillis time, const TimeZone& of) { return std::stoi(of.local_text(time).substr(11, 2)); }

TEST(CallTimes, AreWhenPeopleWorkInBothCitiesWhereThereIsSuchAnHour) {
  const auto times =
      suggested_times(zone("America/Sao_Paulo"), zone("Europe/Rome"), moment("2026-12-01T12:00:00Z"), 3);
  ASSERT_EQ(times.size(), 3U);
  for (const UnixMillis time : times) {
    for (const TimeZone& of : {zone("America/Sao_Paulo"), zone("Europe/Rome")}) {
      EXPECT_GE(hour_in(time, of), 9) << of.local_text(time);
      EXPECT_LE(hour_in(time, of), 16) << of.local_text(time);
    }
    EXPECT_GT(time, moment("2026-12-03T12:00:00Z"));
  }
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
}

// Friday and Saturday in Cairo, Saturday and Sunday in Rome, Sunday alone in Kampala: that of either counts.
TEST(CallTimes, AreOnNoDayThatIsFreeInEitherCity) {
  const UnixMillis tuesday = moment("2026-12-01T12:00:00Z");
  const auto days = [&](const char* ours, const char* theirs) {
    std::string out;
    for (const UnixMillis time : suggested_times(zone(ours), zone(theirs), tuesday, limits::kCallTimes))
      out += (out.empty() ? "" : " ") + zone(ours).local_text(time).substr(8, 2);
    return out;
  };
  // The 4th is a Friday.
  EXPECT_EQ(days("Europe/Rome", "Europe/Paris"), "04 07 08 09 10");
  EXPECT_EQ(days("Africa/Cairo", "Asia/Riyadh"), "06 07 08 09 10");
  EXPECT_EQ(days("Africa/Cairo", "Europe/Rome"), "07 08 09 10 14");
  EXPECT_EQ(days("Europe/Rome", "Africa/Cairo"), "07 08 09 10 14");
  EXPECT_EQ(days("Africa/Kampala", "Africa/Kampala"), "04 05 07 08 09");
}

TEST(CallTimes, NobodyIsWokenWhereTheWorldIsBetweenThem) {
  const auto times =
      suggested_times(zone("Asia/Seoul"), zone("America/New_York"), moment("2026-12-01T12:00:00Z"), 3);
  ASSERT_FALSE(times.empty());
  for (const UnixMillis time : times) {
    for (const TimeZone& of : {zone("Asia/Seoul"), zone("America/New_York")}) {
      EXPECT_GE(hour_in(time, of), 5) << of.local_text(time);
      EXPECT_LE(hour_in(time, of), 21) << of.local_text(time);
    }
  }
  EXPECT_LE(suggested_times(TimeZone(), TimeZone(), moment("2026-12-01T12:00:00Z"), 100).size(),
            limits::kCallTimes);
}

TEST(CallTimes, FollowTheClocksOverTheDayOnWhichOneCityChangesThem) {
  // The United States change on 8 March 2026, Italy on the 29th: in between they are an hour nearer.
  const UnixMillis before = *zone("America/New_York").read_local("2026-03-06T10:00");
  const UnixMillis between = *zone("America/New_York").read_local("2026-03-09T10:00");
  const UnixMillis after = *zone("America/New_York").read_local("2026-03-30T10:00");
  EXPECT_EQ(zone("Europe/Rome").local_text(before), "2026-03-06T16:00");
  EXPECT_EQ(zone("Europe/Rome").local_text(between), "2026-03-09T15:00");
  EXPECT_EQ(zone("Europe/Rome").local_text(after), "2026-03-30T16:00");
}

TEST(CallTimes, AreSaidWithTheDayAndTheZoneInEachLanguage) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const UnixMillis time = moment("2026-10-25T00:30:00Z");  // 02:30 in Rome, for the first time that night
  for (const Catalogue& one : messages->languages()) {
    const std::string there = one.day_and_time(time, zone("Europe/Rome"));
    const std::string hour_later = one.day_and_time({time.value + 3'600'000}, zone("Europe/Rome"));
    EXPECT_EQ(there, hour_later) << "clocks show it twice";
    EXPECT_NE(there, one.day_and_time(time, zone("Asia/Seoul"))) << one.tag();
    const std::string ecuador = one.zone_name(zone("America/Guayaquil"));
    const std::string help = one.text("call.times_help", {{"zone", ecuador}});
    EXPECT_NE(help.find(ecuador), std::string::npos) << one.tag() << ": " << help;
  }
  EXPECT_EQ(messages->choose("en", "").text("call.times_help", {{"zone", std::string("Ecuador Time")}}),
            "One is enough, three are better. Times are in Ecuador Time.");
  EXPECT_NE(
      messages->choose("en", "").day_and_time(time, zone("Europe/Rome")).find("Sunday, October 25, 2026"),
      std::string::npos);
}

TEST(CallTimes, AButtonCarriesATimeAndNothingElse) {
  const CallTime time{{1'790'000'000'000}, std::chrono::minutes(30)};
  EXPECT_EQ(read_time_value(time_value(time)), time);
  for (const char* wrong :
       {"", ".", "1", "1790000000000", "1790000000000.", ".30", "1790000000000.4", "1790000000000.99999",
        "-1.30", "99999999999999999999.30", "1790000000000.30x", "9223372036854775807.30"})
    EXPECT_EQ(read_time_value(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace koinon::call_times_test
