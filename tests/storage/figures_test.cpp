// What pictures count.
#include "storage/search/figures.h"

#include <limits>

#include <gtest/gtest.h>

#include "storage/search/note_facts.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::figures_test {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr UnixMillis kNow{1'700'000'000'000};           // November 2023
constexpr UnixMillis kMarch{1'583'100'000'000};         // March 2020
constexpr UnixMillis kApril{kMarch.value + 40 * kDay};  // April 2020

class FiguresTest : public IndexedLibrary {
 protected:
  EntryIndex add_at(OwnLog& log, Draft draft, UnixMillis at) {
    draft.again = true;
    EXPECT_TRUE(store->begin(true).ok());
    auto batch = log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, at);
    EXPECT_TRUE(batch.ok() && batch->results[0].ok());
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return batch->results[0]->index;
  }
  Figures figures(FigureQuery query = {}) {
    query.now = kNow;
    const auto found = reader->figures(query);
    EXPECT_TRUE(found.ok()) << found.error().text();
    return found.ok() ? *found : Figures();
  }
  Figures of(const OwnLog& log, EntryIndex index) {
    FigureQuery query;
    query.practice = {log.id(), index};
    return figures(query);
  }
  Draft stopped(EntryIndex of_practice, const std::string& outcome) {
    Draft out = adoption(seoul, of_practice, outcome);
    out.body->mutable_adoption()->set_stage("stopped");
    return out;
  }
  Draft priced(double amount, const std::string& currency) {
    Draft out = practice("Priced", "text");
    out.body->mutable_practice()->mutable_cost()->set_amount(amount);
    out.body->mutable_practice()->mutable_cost()->set_currency(currency);
    return out;
  }
};

TEST_F(FiguresTest, OfEachCityItsLatestWordCountsFromItsFirst) {
  const EntryIndex shelter = add(seoul, practice("Shelter", "text"));
  add_at(milan, adoption(seoul, shelter, "too-early"), kMarch);
  add_at(milan, adoption(seoul, shelter, "worked"), kApril);
  add_at(lima, adoption(seoul, shelter, "did-not"), kApril);
  const AdoptionFigures found = of(seoul, shelter).adoptions;
  EXPECT_EQ(found.all, (ToldCounts{1, 0, 1, 0, 0}));
  EXPECT_EQ(found.cities, 2U);
  EXPECT_EQ(found.practices, 1U);
  const std::map<MonthNumber, ToldCounts> months{{month_of(kMarch), {1, 0, 0, 0, 0}},
                                                 {month_of(kApril), {0, 0, 1, 0, 0}}};
  EXPECT_EQ(found.months, months);
  EXPECT_EQ(found.undated, 0U);
  EXPECT_EQ(figures().adoptions.all, found.all) << "of all practices there are no others";
}

TEST_F(FiguresTest, WhatWasTakenBackCountsNoMore) {
  const EntryIndex shelter = add(seoul, practice("Shelter", "text"));
  const EntryIndex first = add_at(milan, adoption(seoul, shelter, "worked"), kMarch);
  const EntryIndex second = add_at(milan, adoption(seoul, shelter, "did-not"), kApril);
  withdraw(milan, second);
  EXPECT_EQ(of(seoul, shelter).adoptions.all, (ToldCounts{1, 0, 0, 0, 0}));
  withdraw(milan, first);
  EXPECT_EQ(total_of(of(seoul, shelter).adoptions.all), 0U);
}

TEST_F(FiguresTest, ARevisionKeepsWhatWasSaidOfThePractice) {
  const EntryIndex first = add(seoul, practice("Shelter", "text"));
  add(milan, adoption(seoul, first, "worked"));
  Draft better = practice("Shelter, better", "text");
  refer(better, v1::REF_ROLE_REVISES, seoul, first);
  const EntryIndex second = add(seoul, better);
  EXPECT_EQ(of(seoul, first).adoptions.all, (ToldCounts{1, 0, 0, 0, 0}));
  EXPECT_EQ(of(seoul, second).adoptions.all, (ToldCounts{1, 0, 0, 0, 0}));
  EXPECT_EQ(figures().adoptions.all, (ToldCounts{1, 0, 0, 0, 0})) << "and is counted once";
  Draft other = practice("Shelter, otherwise", "text");
  refer(other, v1::REF_ROLE_REVISES, seoul, first);
  add(seoul, other);
  EXPECT_EQ(figures().adoptions.all, (ToldCounts{1, 0, 0, 0, 0})) << "also where two revise one version";
}

TEST_F(FiguresTest, StoppedIsToldWhereNoOutcomeIs) {
  const EntryIndex shelter = add(seoul, practice("Shelter", "text"));
  add(milan, stopped(shelter, ""));
  add(lima, stopped(shelter, "worked"));
  EXPECT_EQ(of(seoul, shelter).adoptions.all, (ToldCounts{1, 0, 0, 1, 0}));
}

TEST_F(FiguresTest, GroupsCitiesByWhatTheySayOfThemselves) {
  const EntryIndex shelter = add(seoul, practice("Shelter", "text"));
  add(milan, profile(1'400'000, "Cfa", "high", "IT"));
  add(milan, adoption(seoul, shelter, "worked"));
  add(lima, adoption(seoul, shelter, "did-not"));
  const AdoptionFigures found = of(seoul, shelter).adoptions;
  EXPECT_EQ(found.population[population_band(1'400'000)], (ToldCounts{1, 0, 0, 0, 0}));
  EXPECT_EQ(found.population.back(), (ToldCounts{0, 0, 1, 0, 0})) << "it does not say";
  EXPECT_EQ(found.climate[2], (ToldCounts{1, 0, 0, 0, 0}));
  EXPECT_EQ(found.climate.back(), (ToldCounts{0, 0, 1, 0, 0}));
  EXPECT_EQ(found.income[3], (ToldCounts{1, 0, 0, 0, 0}));
  EXPECT_EQ(found.income.back(), (ToldCounts{0, 0, 1, 0, 0}));
}

TEST_F(FiguresTest, DatesThatCannotBeAreNone) {
  const EntryIndex shelter = add(seoul, practice("Shelter", "text"));
  add_at(milan, adoption(seoul, shelter, "worked"), {kNow.value + 400 * kDay});
  add_at(lima, adoption(seoul, shelter, "worked"), {1});
  const AdoptionFigures found = of(seoul, shelter).adoptions;
  EXPECT_EQ(found.undated, 2U);
  EXPECT_TRUE(found.months.empty());
  EXPECT_EQ(total_of(found.all), 2U);
}

TEST_F(FiguresTest, ATopicHasWhatIsBelowIt) {
  const EntryIndex testing = add(seoul, practice("Testing", "text"));
  const EntryIndex shade = add(seoul, practice("Shade", "text", "en", "climate/heat"));
  add(milan, adoption(seoul, testing, "worked"));
  add(milan, adoption(seoul, shade, "did-not"));
  FigureQuery query;
  query.topic = "health";
  EXPECT_EQ(figures(query).adoptions.all, (ToldCounts{1, 0, 0, 0, 0}));
  query.topic = "nonsense";
  EXPECT_EQ(total_of(figures(query).adoptions.all), 0U);
  EXPECT_EQ(figures().adoptions.practices, 2U);
  EXPECT_EQ(figures().adoptions.cities, 1U);
}

TEST_F(FiguresTest, CostsAreRoughDollarsOfCitiesThatStateTheirPopulation) {
  add(milan, profile(1'400'000, "Cfa"));
  add(milan, priced(1000, "USD"));
  add(milan, priced(0, "USD"));
  add(milan, priced(5, "XTS"));
  add(milan, practice("Unpriced", "text"));
  add(lima, priced(70, "USD"));
  FigureQuery query;
  query.costs = 10;
  CostFigures found = figures(query).costs;
  ASSERT_EQ(found.points.size(), 2U);
  EXPECT_EQ(found.points[0].dollars, 0) << "the newest first";
  EXPECT_EQ(found.points[1].dollars, 1000);
  EXPECT_EQ(found.points[1].population, 1'400'000);
  EXPECT_EQ(found.practices, 5U);
  EXPECT_EQ(found.not_said, 1U);
  EXPECT_EQ(found.not_converted, 1U);
  EXPECT_EQ(found.no_population, 1U);
  query.costs = 1;
  found = figures(query).costs;
  EXPECT_EQ(found.points.size(), 1U);
  EXPECT_EQ(found.left_out, 1U);
}

TEST(Groups, HaveAPlaceForEverything) {
  EXPECT_EQ(population_band_text(population_band(49'999)), "under-50k");
  EXPECT_EQ(population_band_text(population_band(50'000)), "50k-250k");
  EXPECT_EQ(population_band_text(population_band(5e6)), "above-5m");
  for (const double none :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_EQ(population_band_text(population_band(none)), "not-said");
  EXPECT_EQ(climate_group_text(climate_group("Dwa")), "continental");
  EXPECT_EQ(climate_group_text(climate_group("x")), "not-said");
  EXPECT_EQ(climate_group_text(climate_group("")), "not-said");
  EXPECT_EQ(income_group_text(income_group(0)), "low");
  EXPECT_EQ(income_group_text(income_group(-1)), "not-said");
  EXPECT_EQ(income_group_text(income_group(9)), "not-said");
  EXPECT_EQ(month_of({0}), 1970 * 12);
  EXPECT_EQ(month_of(kMarch), 2020 * 12 + 2);
  EXPECT_EQ(month_of({INT64_MAX}), 9999 * 12 + 11);
  EXPECT_EQ(month_of({INT64_MIN}), 1970 * 12);
  EXPECT_EQ(cost_in_dollars(5, "XTS"), kCostNotConverted);
  EXPECT_EQ(cost_in_dollars(-5, "USD"), kCostNotConverted);
}

}  // namespace
}  // namespace koinon::test::figures_test
