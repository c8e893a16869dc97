// Figures of places that come with the program, and the first sentence of a text.
#include "node/text/places.h"

#include <gtest/gtest.h>

#include "node/text/first_sentence.h"

namespace koinon::test::places_test {
namespace {

TEST(Places, AreFoundByTheirNamesHoweverWritten) {
  for (const char* name : {"Belo Horizonte", "belo horizonte", "BELO-HORIZONTE", "belohorizonte"}) {
    const auto found = places_called(name, "BR", 5);
    ASSERT_EQ(found.size(), 1U) << name;
    EXPECT_EQ(found[0].name, "Belo Horizonte");
    EXPECT_GT(found[0].population, 2'000'000U);
    EXPECT_NEAR(found[0].latitude, -19.9, 0.1);
    EXPECT_NEAR(found[0].longitude, -43.9, 0.1);
    EXPECT_EQ(found[0].geonames, 3470127U);
    EXPECT_EQ(found[0].climate, "Cwa");
  }
  for (const char* name : {"서울", "Seoul"})
    EXPECT_EQ(places_called(name, "", 5).at(0).country, "KR") << name;
  EXPECT_EQ(places_called("Köln", "", 5).at(0).name, places_called("koln", "", 5).at(0).name);
  EXPECT_EQ(places_called("Milano", "", 5).at(0).name, "Milan") << "a large one by its other names as well";
}

TEST(Places, OfOneNameTheLargestComesFirstAndTheCountryDecides) {
  const auto all = places_called("Springfield", "", 100);
  ASSERT_GT(all.size(), 3U);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i - 1].population, all[i].population);
  EXPECT_EQ(places_called("Springfield", "", 2).size(), 2U);
  EXPECT_EQ(places_called("Los Angeles", "CL", 5).at(0).country, "CL");
  EXPECT_TRUE(places_called("Los Angeles", "KR", 5).empty());
}

TEST(Places, HaveTheClimateOfTheNearestLandOrNone) {
  EXPECT_EQ(places_called("Phoenix", "US", 1).at(0).climate, "BWh");
  EXPECT_EQ(places_called("Singapore", "", 1).at(0).climate, "Af") << "an island, on the map";
  EXPECT_EQ(places_called("Honolulu", "", 1).at(0).climate, "") << "an island that the map has not";
}

TEST(Places, NoNameFindsNothing) {
  const std::string long_name(1'000'000, 'a');
  for (const std::string& name : {std::string(), std::string(" "), std::string("\xff\xfe"),
                                  std::string("\t\n"), std::string("zzzzzzzzzzzz"), long_name})
    EXPECT_TRUE(places_called(name, "", 5).empty()) << name.substr(0, 20);
}

TEST(Places, ACountryHasTheIncomeThatTheWorldBankSays) {
  EXPECT_EQ(income_of_country("BR"), "upper-middle");
  EXPECT_EQ(income_of_country("IN"), "lower-middle");
  EXPECT_EQ(income_of_country("AD"), "high") << "the first line";
  EXPECT_EQ(income_of_country("ZW"), "lower-middle") << "the last line";
  EXPECT_EQ(income_of_country("ET"), "low") << "since the list was revised";
  for (const char* none : {"", "#", "VE", "ZZ", "B", "br", "BRA"})
    EXPECT_EQ(income_of_country(none), "") << none;
}

TEST(FirstSentence, IsOnePlainLine) {
  EXPECT_EQ(first_sentence("Roofs of *cloth*. They cost [less](https://a.example).", 160), "Roofs of cloth.");
  EXPECT_EQ(first_sentence("지붕을 천으로 바꿨다. 값이 싸다.", 160), "지붕을 천으로 바꿨다.");
  EXPECT_EQ(first_sentence("屋根を布にした。安い。", 160), "屋根を布にした。");
  EXPECT_EQ(first_sentence("", 160), "");
  EXPECT_EQ(first_sentence("no end", 160), "no end");
  EXPECT_EQ(first_sentence("one two three four", 12), "one two …");
  EXPECT_EQ(first_sentence(std::string(100'000, 'x'), 20), std::string(20, 'x') + " …");
  EXPECT_EQ(clipped_line("서울서울서울", 7), "서울 …") << "no half of a letter";
}

}  // namespace
}  // namespace koinon::test::places_test
