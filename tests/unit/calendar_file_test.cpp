// Times to meet as calendar files: what RFC 5545 asks of lines, texts and times, whatever others wrote.
#include "node/text/calendar_file.h"

#include <gtest/gtest.h>

#include "node/text/country_zones.h"
#include "node/text/time_text.h"
#include "node/text/time_zone.h"
#include "proto/base/encoding.h"

namespace koinon::calendar_file_test {
namespace {

CalendarEvent event() {
  CalendarEvent out;
  out.uid = "ab12@koinon";
  out.stamp = *parse_time("2026-11-20T08:00:00Z", "at");
  out.start = *parse_time("2026-12-01T15:00:00Z", "at");
  out.length = std::chrono::minutes(45);
  out.summary = "Call: Seoul, Los Angeles";
  out.url = "https://notes.seoul.example/records/seoul.example/7";
  return out;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < file.size();) {
    const auto end = file.find("\r\n", begin);
    EXPECT_NE(end, std::string::npos) << "every line ends with CRLF";
    if (end == std::string::npos) return out;
    out.push_back(file.substr(begin, end - begin));
    begin = end + 2;
  }
  return out;
}

// As a calendar reads it.
std::vector<std::string> unfolded(const std::string& file) {
  std::vector<std::string> out;
  for (const std::string& line : lines_of(file)) {
    if (line.starts_with(" ") && !out.empty()) {
      out.back() += line.substr(1);
    } else {
      out.push_back(line);
    }
  }
  return out;
}

bool has(const std::string& file, const std::string& line) {
  const auto all = unfolded(file);
  return std::find(all.begin(), all.end(), line) != all.end();
}

TEST(CalendarFile, SaysWhenInUtcAndWhichEventItIs) {
  CalendarEvent of = event();
  of.sequence = 3;
  const std::string file = calendar_file(of);
  const auto lines = unfolded(file);
  EXPECT_EQ(lines.front(), "BEGIN:VCALENDAR");
  EXPECT_EQ(lines.back(), "END:VCALENDAR");
  for (const char* line :
       {"VERSION:2.0", "METHOD:PUBLISH", "UID:ab12@koinon", "SEQUENCE:3", "DTSTAMP:20261120T080000Z",
        "DTSTART:20261201T150000Z", "DTEND:20261201T154500Z", "STATUS:CONFIRMED",
        "SUMMARY:Call: Seoul\\, Los Angeles", "URL:https://notes.seoul.example/records/seoul.example/7"})
    EXPECT_TRUE(has(file, line)) << line << "\n" << file;
  EXPECT_EQ(file.find("ORGANIZER"), std::string::npos) << "nobody gave an address";
  of.cancelled = true;
  EXPECT_TRUE(has(calendar_file(of), "STATUS:CANCELLED"));
}

TEST(CalendarFile, FoldsLinesAtSeventyFiveOctetsAndNeverWithinACharacter) {
  for (const std::string part : {"a", "é", "서", "👋"}) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      CalendarEvent of = event();
      of.description = std::string(shift, 'x');
      for (int i = 0; i < 100; ++i) of.description += part;
      const std::string file = calendar_file(of);
      for (const std::string& line : lines_of(file)) {
        EXPECT_LE(line.size(), 75U);
        EXPECT_TRUE(is_utf8(line)) << "no character is cut";
      }
      EXPECT_TRUE(has(file, "DESCRIPTION:" + of.description)) << "and nothing is lost";
    }
  }
}

TEST(CalendarFile, EscapesTextsSoThatNobodyWritesLinesOfTheirOwn) {
  CalendarEvent of = event();
  of.summary = "a;b,c\\d\r\nATTACH:https://evil.example/";
  of.description = "First\nSecond\r\nEND:VEVENT\n\xE2\x80\xAEodd";
  of.uid = "x\r\nX-EVIL:1";
  of.url = "javascript:alert(1)";
  const std::string file = calendar_file(of);
  EXPECT_TRUE(has(file, "SUMMARY:a\\;b\\,c\\\\d ATTACH:https://evil.example/")) << file;
  EXPECT_TRUE(has(file, "DESCRIPTION:First\\nSecond\\nEND:VEVENT\\nodd")) << file;
  std::size_t ends = 0;
  for (const std::string& line : unfolded(file)) {
    ends += line == "END:VEVENT" ? 1 : 0;
    EXPECT_FALSE(line.starts_with("X-EVIL") || line.starts_with("ATTACH") || line.starts_with("URL")) << line;
  }
  EXPECT_EQ(ends, 1U);
}

TEST(CalendarFile, NamesPeopleWhoseAddressIsOne) {
  CalendarEvent of = event();
  of.organizer = {"Seoul \"City\"", "press@seoul.example"};
  of.attendee = {"Los Angeles", "not an address"};
  const std::string file = calendar_file(of);
  EXPECT_TRUE(has(file, "ORGANIZER;CN=\"Seoul 'City'\":mailto:press@seoul.example")) << file;
  EXPECT_EQ(file.find("ATTENDEE"), std::string::npos);
  of.attendee = {"", "a?cc=b@la.example"};
  EXPECT_TRUE(has(calendar_file(of), "ATTENDEE:mailto:a%3Fcc=b@la.example"));
}

TEST(CalendarFile, ATimeWithoutAFormHasTheNearestOne) {
  CalendarEvent of = event();
  of.stamp = {INT64_MIN};
  EXPECT_TRUE(has(calendar_file(of), "DTSTAMP:00010101T000000Z"));
}

TEST(CountryZones, ACountryHasItsZonesAndNoOther) {
  EXPECT_EQ(zones_of_country("KR"), std::vector<std::string>{"Asia/Seoul"});
  const auto brazil = zones_of_country("BR");
  EXPECT_GT(brazil.size(), 3U);
  for (const std::string& zone : brazil) EXPECT_TRUE(TimeZone::find(zone)) << zone;
  for (const char* none : {"", "K", "kr", "XX", "KOR", "\xff\xff"})
    EXPECT_TRUE(zones_of_country(none).empty()) << none;
}

}  // namespace
}  // namespace koinon::calendar_file_test
