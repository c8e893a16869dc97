// What a press says of stage and outcome.
#include "node/pages/adoption_press.h"

#include <gtest/gtest.h>

namespace koinon::test::adoption_press_test {
namespace {

void expect_says(const std::string& press, const AdoptionWord& before, const AdoptionWord& after) {
  const AdoptionWord said = pressed_word(press, before);
  EXPECT_EQ(said.stage, after.stage) << press;
  EXPECT_EQ(said.outcome, after.outcome) << press;
}

TEST(AdoptionPress, SaysStageAndOutcome) {
  expect_says("trying", {}, {"trying", ""});
  for (const std::string outcome : {"worked", "partly", "did-not"}) {
    expect_says(outcome, {}, {"adopted", outcome});
    expect_says(outcome, {"trying", "too-early"}, {"adopted", outcome});
    expect_says(outcome, {"adapted", ""}, {"adapted", outcome});
  }
  expect_says("stopped", {}, {"stopped", ""});
  expect_says("stopped", {"trying", "too-early"}, {"stopped", ""});
  expect_says("stopped", {"adapted", "partly"}, {"stopped", "partly"});
}

TEST(AdoptionPress, StillGoingCarriesOnWhatWasSaid) {
  expect_says("going", {"adapted", "partly"}, {"adapted", "partly"});
  expect_says("going", {"trying", ""}, {"trying", ""});
  expect_says("going", {}, {"trying", ""});
}

TEST(AdoptionPress, NothingElseIsOne) {
  for (const char* press : {"trying", "going", "worked", "partly", "did-not", "stopped"})
    EXPECT_TRUE(is_press(press)) << press;
  for (const char* other : {"", "adopted", "too-early", "publish"}) EXPECT_FALSE(is_press(other)) << other;
}

}  // namespace
}  // namespace koinon::test::adoption_press_test
