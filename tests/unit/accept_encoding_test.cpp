// Which coding a client gets for its Accept-Encoding.
#include "node/http/accept_encoding.h"

#include <gtest/gtest.h>

namespace koinon::test::accept_encoding_test {
namespace {

std::string_view best(std::string_view header) { return coding_name(accepted_coding(header).best); }

TEST(AcceptEncoding, TheExamplesOfTheStandard) {  // RFC 9110, section 12.5.3
  EXPECT_EQ(best("compress, gzip"), "gzip");
  EXPECT_EQ(best(""), "identity");
  EXPECT_EQ(best("*"), "gzip");
  EXPECT_EQ(best("compress;q=0.5, gzip;q=1.0"), "gzip");
  EXPECT_EQ(best("gzip;q=1.0, identity; q=0.5, *;q=0"), "gzip");
}

TEST(AcceptEncoding, WhatBrowsersAndProgramsSend) {
  EXPECT_EQ(best("gzip, deflate, br, zstd"), "br");
  EXPECT_EQ(best("gzip, deflate"), "gzip");
  EXPECT_EQ(best("deflate, gzip, br"), "br");
  EXPECT_EQ(best("identity"), "identity");
  EXPECT_EQ(best("GZIP"), "gzip");
  EXPECT_EQ(best("x-gzip"), "gzip");
  EXPECT_EQ(best("deflate, zstd, compress"), "identity");
}

TEST(AcceptEncoding, TheHighestWeightWins) {
  EXPECT_EQ(best("gzip;q=0.9, br;q=0.8"), "gzip");
  EXPECT_EQ(best("gzip;q=0.8, br;q=0.801"), "br");
  EXPECT_EQ(best("gzip;q=0.5, br;q=0.5"), "br");
  EXPECT_EQ(best("gzip;q=0.5, identity;q=0.6"), "identity");
  EXPECT_EQ(best("gzip;q=0.5, identity;q=0.5"), "gzip");
  EXPECT_EQ(best("gzip;q=0.001"), "gzip");
  EXPECT_EQ(best("gzip;q=0"), "identity");
  EXPECT_EQ(best("gzip;q=0.000, br;q=0.0"), "identity");
}

TEST(AcceptEncoding, AStarStandsForWhatIsNotNamed) {
  EXPECT_EQ(best("br;q=0.5, *"), "gzip");
  EXPECT_EQ(best("gzip;q=0, *"), "br");
  EXPECT_EQ(best("br;q=0, *"), "gzip");
  EXPECT_EQ(best("gzip;q=0, br;q=0, *"), "identity");
  EXPECT_EQ(best("gzip, *;q=0"), "gzip");
  EXPECT_EQ(best("*;q=0"), "identity");
}

TEST(AcceptEncoding, TheBytesAsTheyAreCanBeRefused) {
  for (const char* header :
       {"identity;q=0", "gzip, identity;q=0", "*;q=0", "gzip, *;q=0.0", "identity;q=0, *"})
    EXPECT_TRUE(accepted_coding(header).refuses_identity) << header;
  for (const char* header : {"", "gzip", "identity", "*", "*;q=0.5", "identity;q=0.1, *;q=0", "gzip;q=0"})
    EXPECT_FALSE(accepted_coding(header).refuses_identity) << header;
  EXPECT_EQ(best("identity;q=0, *"), "gzip");
}

TEST(AcceptEncoding, SpacesAndEmptyPartsMakeNoDifference) {
  EXPECT_EQ(best("  gzip ;  q=0.5 ,, br\t;q=0.4,"), "gzip");
  EXPECT_EQ(best("gzip;Q=0.5, br;q=0.4"), "gzip");
  EXPECT_EQ(best(","), "identity");
}

TEST(AcceptEncoding, WhatCannotBeReadCountsAsNotWritten) {
  for (const char* header :
       {"gzip;q=2", "gzip;q=1.001", "gzip;q=-1", "gzip;q=", "gzip;q=0.5555", "gzip;q=.5", "gzip;q=a",
        "gzip;level=9", ";q=1", "gzip q=1", "gzip;q=1;q=1", "gzip;q=0.a", "\"gzip\""})
    EXPECT_EQ(best(header), "identity") << header;
  EXPECT_EQ(best("gzip;q=7, br;q=0.5"), "br");
  EXPECT_EQ(best("gzip;q=1."), "gzip");
}

TEST(AcceptEncoding, OfACodingThatIsNamedTwiceTheLastOneCounts) {
  EXPECT_EQ(best("gzip, gzip;q=0"), "identity");
  EXPECT_EQ(best("gzip;q=0, gzip"), "gzip");
}

}  // namespace
}  // namespace koinon::test::accept_encoding_test
