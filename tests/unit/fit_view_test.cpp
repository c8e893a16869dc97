// Whether a practice would work here: two cities compared, who tried it, what it takes. Profiles and notes of
// others may say anything.
#include "node/reading/fit_view.h"

#include <cmath>
#include <limits>

#include "tests/storage/indexed_library.h"

namespace koinon::test::fit_view_test {
namespace {

const CityMeasures kAmsterdam{900'000, 5'000, "Cfb", 3, "NL"};

FitVerdict verdict(const CityFit& fit, std::string_view measure) {
  for (const MeasureFit& one : fit) {
    if (one.measure == measure) return one.verdict;
  }
  return FitVerdict::kUnknown;
}

TEST(CityFit, SaysOfEachMeasureWhatTheirsIsSeenFromUs) {
  const CityFit fit = compare_cities({2'700'000, 9'999, "Cwa", 2, "BR"}, kAmsterdam);
  ASSERT_EQ(fit.size(), 4U);
  EXPECT_EQ(verdict(fit, "population"), FitVerdict::kMore);
  EXPECT_DOUBLE_EQ(fit[0].times, 3);
  EXPECT_EQ(verdict(fit, "climate"), FitVerdict::kNear);
  EXPECT_EQ(verdict(fit, "income"), FitVerdict::kLess);
  EXPECT_EQ(verdict(fit, "density"), FitVerdict::kSame) << "less than twice as dense";
  EXPECT_EQ(fit_sentence(fit), "Like us in climate and density; another size and income.");
  EXPECT_EQ(fit_sentence(compare_cities(kAmsterdam, kAmsterdam)),
            "Much like us in size, climate, income and density.");
  EXPECT_EQ(fit_sentence(compare_cities({0, 0, "Aw", -1, ""}, kAmsterdam)), "Not like us in climate.");
  const CityFit less = compare_cities({450'000, 0, "", -1, ""}, kAmsterdam);
  EXPECT_EQ(verdict(less, "population"), FitVerdict::kLess) << "twice is no longer about the same";
}

TEST(CityFit, WhatOneOfThemDoesNotStateIsUnknown) {
  EXPECT_EQ(fit_sentence(compare_cities({}, kAmsterdam)), "");
  EXPECT_EQ(fit_sentence(compare_cities(kAmsterdam, {})), "");
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  const double endless = std::numeric_limits<double>::infinity();
  for (const double value : {0.0, -1.0, no_number, endless, -endless}) {
    CityMeasures odd;
    odd.population = value;
    odd.density = value;
    EXPECT_EQ(fit_sentence(compare_cities(odd, kAmsterdam)), "") << value;
    EXPECT_EQ(fit_sentence(compare_cities(kAmsterdam, odd)), "") << value;
  }
  // So far from each other that the factor is no number any more.
  CityMeasures tiny;
  tiny.population = std::numeric_limits<double>::denorm_min();
  CityMeasures huge;
  huge.population = std::numeric_limits<double>::max();
  EXPECT_EQ(verdict(compare_cities(tiny, huge), "population"), FitVerdict::kUnknown);
  EXPECT_FALSE(states_any({}));
  EXPECT_TRUE(states_any({0, 0, "Aw", -1, ""}));
}

TEST(FitFacts, AreShortWhateverANoteSays) {
  v1::Practice practice;
  practice.mutable_cost()->set_amount(std::numeric_limits<double>::quiet_NaN());
  practice.mutable_cost()->set_currency(std::string(100'000, 'E'));
  practice.set_staff(std::string(200'000, 'x'));
  practice.set_core("**One** department answers for it. It has a budget.");
  practice.set_evidence(4'000'000'000U);
  for (int i = 0; i < 500; ++i) {
    auto* need = practice.add_needs();
    need->set_what(std::string(10'000, 'w'));
    need->set_text("\xe2\x80\xae" + std::string(50'000, 't'));
  }
  const FitFacts facts = fit_facts(practice);
  EXPECT_EQ(facts.amount, 0);
  EXPECT_EQ(facts.currency, "");
  EXPECT_LE(facts.staff.size(), 100U);
  EXPECT_EQ(facts.core, "One department answers for it.");
  EXPECT_EQ(facts.evidence, 0U);
  ASSERT_EQ(facts.needs.size(), 12U);
  for (const FitNeed& need : facts.needs) {
    EXPECT_LE(need.what.size(), 60U);
    EXPECT_LE(need.text.size(), 100U);
    EXPECT_EQ(need.text.front(), 't') << "nothing that turns the direction of a text";
  }
  EXPECT_TRUE(fit_facts({}).needs.empty());
}

class Fit : public IndexedLibrary {
 protected:
  Result<FitView> fit(const OwnLog& of, EntryIndex at, const std::optional<LogId>& own) {
    Directory directory(*store, nearness, reader.get());
    const auto state = store->log_state(of.id());
    if (!state.ok()) return state.error();
    return read_fit(directory, *store, *reader, own, {*state, at});
  }
  Draft adoption_by(const OwnLog& of, EntryIndex at, const std::string& stage, const std::string& outcome,
                    const std::string& changes) {
    Draft draft = adoption(of, at, outcome);
    draft.body->mutable_adoption()->set_stage(stage);
    draft.body->mutable_adoption()->set_changes(changes);
    return draft;
  }

  Nearness nearness;
};

TEST_F(Fit, TheNearestThatTriedItComeFirstAndEachCityCountsOnce) {
  OwnLog us = test_log("us.example");
  OwnLog twin = test_log("twin.example");
  OwnLog far = test_log("far.example");
  add(us, profile(600'000, "Cfb"));
  add(seoul, profile(9'400'000, "Dwa"));
  add(twin, profile(620'000, "Cfb"));
  add(milan, profile(1'400'000, "Cfa"));
  add(far, profile(20'000'000, "Aw", "low", "NG"));
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(far, adoption_by(seoul, at, "stopped", "worked", "Tents."));
  add(milan, adoption_by(seoul, at, "adopted", "partly", "Only at *noon*. And never on Sundays."));
  add(twin, adoption_by(seoul, at, "trying", "worked", ""));
  add(twin, adoption_by(seoul, at, "stopped", "did-not", "Roofs of cloth."));
  add(lima, adoption_by(seoul, at, "trying", "", ""));
  add(us, adoption_by(seoul, at, "trying", "too-early", "Ours."));
  const auto view = fit(seoul, at, us.id());
  ASSERT_TRUE(view.ok()) << view.error().text();
  EXPECT_EQ(view->tried, 5U);
  EXPECT_EQ(view->outcomes, (std::array<std::uint32_t, 5>{1, 1, 1, 1, 1}));
  EXPECT_EQ(view->stopped, 2U) << "also of a city that is too far to be named";
  ASSERT_EQ(view->nearest.size(), 3U) << "we are not among them";
  EXPECT_EQ(view->nearest[0].changes, "Roofs of cloth.");
  EXPECT_EQ(view->nearest[0].stage, "stopped");
  EXPECT_EQ(view->nearest[0].outcome, "did-not");
  EXPECT_EQ(view->nearest[1].changes, "Only at noon.");
  EXPECT_EQ(verdict(view->fit, "population"), FitVerdict::kMore);
  EXPECT_EQ(verdict(view->fit, "climate"), FitVerdict::kOtherGroup);
  EXPECT_FALSE(view->is_ours);
}

TEST_F(Fit, ARevisionKeepsWhatCitiesSaidOfTheFirstVersion) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, adoption_by(seoul, at, "adopted", "worked", "None."));
  Draft better = practice("Shelter, better", "text");
  refer(better, v1::REF_ROLE_REVISES, seoul, at);
  const EntryIndex newer = add(seoul, better);
  for (const EntryIndex version : {at, newer}) EXPECT_EQ(fit(seoul, version, std::nullopt)->tried, 1U);
  withdraw(milan, EntryIndex(reader->latest(milan.id(), v1::KIND_ADOPTION)->value().value));
  EXPECT_EQ(fit(seoul, newer, std::nullopt)->tried, 0U);
}

TEST_F(Fit, AnObserverAndTheCityThatWroteItCompareNothing) {
  add(seoul, profile(9'400'000, "Dwa"));
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, adoption_by(seoul, at, "adopted", "worked", "None."));
  const auto observer = fit(seoul, at, std::nullopt);
  ASSERT_TRUE(observer.ok());
  EXPECT_FALSE(observer->has_city);
  EXPECT_EQ(fit_sentence(observer->fit), "");
  EXPECT_EQ(observer->nearest.size(), 1U) << "who tried it is said all the same";
  const auto ours = fit(seoul, at, seoul.id());
  ASSERT_TRUE(ours.ok());
  EXPECT_TRUE(ours->is_ours);
  EXPECT_EQ(fit_sentence(ours->fit), "");
}

TEST_F(Fit, OnlyAPracticeHasOne) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, adoption_by(seoul, at, "adopted", "worked", "None."));
  const auto adoption = reader->latest(milan.id(), v1::KIND_ADOPTION);
  EXPECT_EQ(fit(milan, **adoption, std::nullopt).error().code, Code::kInvalidArgument);
  EXPECT_EQ(fit(seoul, EntryIndex(99), std::nullopt).error().code, Code::kNotFound);
  withdraw(seoul, at, true);
  EXPECT_EQ(fit(seoul, at, std::nullopt).error().code, Code::kNotFound) << "its text was erased";
}

}  // namespace
}  // namespace koinon::test::fit_view_test
