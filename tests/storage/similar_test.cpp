// Practices of cities like ours.
#include "storage/search/similar.h"

#include <gtest/gtest.h>

#include "tests/storage/indexed_library.h"

namespace koinon::test::similar_test {
namespace {

class Similar : public IndexedLibrary {};

TEST_F(Similar, PracticesOfCitiesLikeOursComeFirstWithTheReason) {
  OwnLog near = test_log("near.example");
  OwnLog far = test_log("far.example");
  add(near, profile(650'000, "Cfb"));
  add(far, profile(20'000'000, "Aw", "lower-middle", "NG"));
  add(milan, profile(550'000, "Cfb"));
  add(lima, profile(700'000, "Cfb", "upper-middle"));
  add(far, practice("Of a far city", "x"));
  const auto of_near = add(near, practice("Of a near city", "x"));
  const auto adopted = add(far, practice("Of a far city, adopted by near ones", "x"));
  add(milan, adoption(far, adopted, "worked"));
  add(lima, adoption(far, adopted, "worked"));
  const auto failed = add(far, practice("Did not work near by", "x"));
  add(milan, adoption(far, failed, "did-not"));
  SimilarQuery query;
  query.like = {600'000, 0, "Cfb", 3, "NL"};
  const auto page = reader->similar(query);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->practices.size(), 2U) << "what only cities unlike ours have is left out";
  EXPECT_EQ(page->practices[0].index, adopted);
  EXPECT_EQ(page->practices[1].index, of_near);
  const auto& reasons = page->practices[0].reasons;
  ASSERT_FALSE(reasons.empty());
  EXPECT_EQ(reasons[0].measure, "population");
  EXPECT_EQ(reasons[0].outcome, Outcome::kWorked);
  EXPECT_EQ(reasons[0].cities.size(), 2U) << "worked in 2 cities of your size";
  query.own = near.id();
  const auto without_own = reader->similar(query);
  ASSERT_TRUE(without_own.ok());
  for (const auto& item : without_own->practices) EXPECT_NE(item.log, near.id());
}

TEST_F(Similar, TheWordsOfASearchLeaveWhatTheyFind) {
  OwnLog near = test_log("near.example");
  add(near, profile(650'000, "Cfb"));
  const auto roofs = add(near, practice("Cool roofs", "White paint."));
  add(near, practice("Bicycle lanes", "With kerbs."));
  SimilarQuery query;
  query.like = {600'000, 0, "Cfb", 3, "NL"};
  ASSERT_EQ(reader->similar(query)->practices.size(), 2U);
  query.words = "how do we paint a roof";
  const auto page = reader->similar(query);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->practices.size(), 1U);
  EXPECT_EQ(page->practices[0].index, roofs);
  query.words = "snow";
  EXPECT_TRUE(reader->similar(query)->practices.empty());
}

TEST(Nearness, ComparesWhatBothSay) {
  const CityMeasures amsterdam{900'000, 5'000, "Cfb", 3, "NL"};
  EXPECT_DOUBLE_EQ(nearness(amsterdam, amsterdam), 1);
  EXPECT_EQ(nearness(amsterdam, {}), 0);
  EXPECT_GT(nearness(amsterdam, {800'000, 4'000, "Cfb", 3, "DE"}),
            nearness(amsterdam, {9'000'000, 16'000, "Dwa", 3, "KR"}));
  EXPECT_LT(nearness(amsterdam, {900'000, 0, "", -1, ""}), 1) << "one measure alone is no twin";
  EXPECT_GT(nearness(amsterdam, {900'000, 5'000, "Csb", 3, ""}),
            nearness(amsterdam, {900'000, 5'000, "Aw", 3, ""}));
}

}  // namespace
}  // namespace koinon::test::similar_test
