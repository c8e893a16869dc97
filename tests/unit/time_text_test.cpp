// Times as HTTP writes them, read again.
#include "node/text/time_text.h"

#include <gtest/gtest.h>

namespace koinon::test::time_text_test {
namespace {

TEST(HttpDates, AreReadInEachFormThatHttpHasHad) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "Mon, 6 Nov 1994 08:49:37 UTC"}) {
    const auto read = parse_http_date(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->value, 784'111'777'000) << text;
  }
  for (const std::int64_t time :
       {std::int64_t{0}, std::int64_t{951'782'400'000}, std::int64_t{1'790'000'000'000}})
    EXPECT_EQ(parse_http_date(http_date({time}))->value, time);
  EXPECT_EQ(time_text(*parse_http_date("Thursday, 29-Feb-24 00:00:00 GMT")), "2024-02-29T00:00:00Z");
}

TEST(HttpDates, OfNoFormSayNothing) {
  for (const std::string& text :
       {std::string(), std::string("yesterday"), std::string("Sun, 06 Nov 1994 08:49:37 +0100"),
        std::string("Sun, 31 Feb 2026 08:49:37 GMT"), std::string("Sun, 06 nov 1994 08:49:37 GMT"),
        std::string("Sun, 06 Nov 1994 24:00:00 GMT"), std::string("Sun, 06 Nov 1994 08:49 GMT"),
        std::string("2026-02-03T04:05:06Z"), std::string("Sun, 006 Nov 1994 08:49:37 GMT"),
        std::string("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT"),
        std::string(1 << 20, ' ')})
    EXPECT_FALSE(parse_http_date(text)) << text.substr(0, 80);
}

}  // namespace
}  // namespace koinon::test::time_text_test
