// Times as the clocks of a place show them.
#include "node/text/time_zone.h"

#include <gtest/gtest.h>

#include "node/text/time_text.h"

namespace koinon::time_zone_test {
namespace {

UnixMillis moment(const char* text) {
  const auto time = parse_time(text, "at");
  return time.ok() ? *time : UnixMillis{};
}

TimeZone zone(const char* name) { return TimeZone::find(name).value_or(TimeZone()); }

TEST(TimeZones, ATimeIsReadAsTheClocksOfThePlaceShowIt) {
  EXPECT_EQ(zone("Asia/Seoul").read_local("2026-05-07T09:00"), moment("2026-05-07T09:00:00+09:00"));
  EXPECT_EQ(zone("America/Los_Angeles").read_local("2026-01-07T09:00:30"),
            moment("2026-01-07T09:00:30-08:00"));
  EXPECT_EQ(zone("America/Los_Angeles").read_local("2026-07-07T09:00"), moment("2026-07-07T09:00:00-07:00"));
  EXPECT_EQ(TimeZone().read_local("2026-05-07T09:00"), moment("2026-05-07T09:00:00Z"));
}

TEST(TimeZones, WhatIsShownIsReadAsTheSameTime) {
  for (const char* name : {"Asia/Kolkata", "Pacific/Chatham", "Europe/Rome", "America/St_Johns"}) {
    for (const char* text : {"2026-01-31T23:45:00Z", "2026-07-01T00:00:00Z"}) {
      const UnixMillis time = moment(text);
      EXPECT_EQ(zone(name).read_local(zone(name).local_text(time)), time) << name << " " << text;
    }
  }
}

TEST(TimeZones, TimesThatClocksShowTwiceOrNeverHaveOneMeaning) {
  EXPECT_EQ(zone("Europe/Rome").read_local("2026-10-25T02:30"), moment("2026-10-25T02:30:00+02:00"));
  EXPECT_EQ(zone("Europe/Rome").read_local("2026-03-29T02:30"), moment("2026-03-29T03:30:00+02:00"));
}

TEST(TimeZones, APlaceIsAheadOfUtcAsItsClocksAreThen) {
  using std::chrono::minutes;
  EXPECT_EQ(zone("Asia/Kolkata").ahead(moment("2026-01-07T09:00:00Z")), minutes(330));
  EXPECT_EQ(zone("America/St_Johns").ahead(moment("2026-01-07T09:00:00Z")), minutes(-210));
  EXPECT_EQ(zone("America/St_Johns").ahead(moment("2026-07-07T09:00:00Z")), minutes(-150));
  EXPECT_EQ(TimeZone().ahead(moment("2026-07-07T09:00:00Z")), minutes(0));
}

TEST(TimeZones, TheWeekendIsThatOfTheCountryByItsOwnClocks) {
  const auto free_days = [](const char* name) {
    std::string out;
    for (int day = 1; day <= 7; ++day) {  // a Monday first
      const std::string noon = "2026-06-0" + std::to_string(day) + "T12:00";
      out += zone(name).is_weekend(*zone(name).read_local(noon)) ? 'x' : '-';
    }
    return out;
  };
  for (const char* name : {"Africa/Cairo", "Asia/Riyadh", "Asia/Amman", "Egypt"})
    EXPECT_EQ(free_days(name), "----xx-") << name;
  for (const char* name : {"Asia/Seoul", "Asia/Dubai", "America/Los_Angeles", "UTC", "Etc/GMT-3", "GMT+3"})
    EXPECT_EQ(free_days(name), "-----xx") << name;
  EXPECT_EQ(free_days("Asia/Tehran"), "----x--");
  // In Seoul it is Monday while it is still Sunday in Los Angeles.
  EXPECT_FALSE(zone("Asia/Seoul").is_weekend(moment("2026-06-07T16:00:00Z")));
  EXPECT_TRUE(zone("America/Los_Angeles").is_weekend(moment("2026-06-07T16:00:00Z")));
}

TEST(TimeZones, WhatIsNoTimeOrNoZoneIsNone) {
  for (const char* text : {"", "tomorrow", "2026-05-07", "2026-02-30T09:00", "2026-05-07T25:00",
                           "2026-05-07 09:00x", "12026-05-07T09:00", "2026-05-07T09:00:0x",
                           "\xff"
                           "026-05-07T09:0"})
    EXPECT_EQ(zone("Asia/Seoul").read_local(text), std::nullopt) << text;
  const std::string long_name(10'000, 'A');
  for (const std::string& name : {std::string(), std::string("Seoul time"), std::string("Asia/Nowhere"),
                                  long_name, std::string("<b>"), std::string("Etc/Unknown")})
    EXPECT_FALSE(TimeZone::find(name)) << name.substr(0, 20);
}

TEST(TimeZones, MostServersHaveUtcUnderOneOfItsNames) {
  for (const char* name : {"UTC", "Etc/UTC", "Etc/UCT", "Zulu"}) EXPECT_TRUE(zone(name).is_utc()) << name;
  for (const char* name : {"Africa/Tunis", "Africa/Abidjan", "Europe/London"})
    EXPECT_FALSE(zone(name).is_utc()) << name;
  EXPECT_TRUE(TimeZone().is_utc());
}

}  // namespace
}  // namespace koinon::time_zone_test
