// A figure is its median over the repetitions, beside the machine's limit; two runs are compared by what the
// machines have in common.
#include <fstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/temporary_folder.h"
#include "tools/bench/compare.h"
#include "tools/bench/figures.h"

namespace koinon::test::bench_figures_test {
namespace {

namespace json = boost::json;

const FigureKind kRate{"rate", "records/s", Better::kHigher, Wanted{Wanted::Of::kRatio, 0.6}};
const FigureKind kTime{"time", "s", Better::kLower, Wanted{Wanted::Of::kMedian, 3}};

json::object figure(const Figures& figures, const char* name) {
  return figures.json().at("figures").as_object().at(name).as_object();
}

TEST(BenchFigures, MedianAndSpreadOfTheRepetitions) {
  Figures figures;
  for (const double value : {5.0, 1.0, 9.0}) figures.add(kTime, value);
  const json::object time = figure(figures, "time");
  EXPECT_EQ(time.at("median").as_double(), 5);
  EXPECT_EQ(time.at("min").as_double(), 1);
  EXPECT_EQ(time.at("max").as_double(), 9);
  EXPECT_EQ(time.at("values").as_array().size(), 3U);
  EXPECT_FALSE(time.at("met").as_bool()) << "five seconds are more than three";
  EXPECT_EQ(quantile_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 0.9), 10);
  EXPECT_EQ(quantile_of({}, 0.5), 0);
}

TEST(BenchFigures, ARatioIsThatOfTheMedians) {
  Figures figures;
  for (const double value : {50.0, 70.0, 60.0}) figures.add(kRate, value);
  for (const double value : {90.0, 100.0, 130.0}) figures.limit("rate", "the disk", value);
  EXPECT_DOUBLE_EQ(figure(figures, "rate").at("ratio").as_double(), 0.6);
  EXPECT_TRUE(figure(figures, "rate").at("met").as_bool());
  EXPECT_EQ(figure(figures, "rate").at("limit").as_object().at("what").as_string(), "the disk");
  EXPECT_NE(figures.text().find("met"), std::string::npos);
}

TEST(BenchFigures, WithoutItsLimitNobodySaysThatARatioIsMet) {
  Figures figures;
  figures.add(kRate, 50);
  EXPECT_FALSE(figure(figures, "rate").contains("met"));
}

class Comparing : public testing::Test {
 protected:
  std::string run(const char* name, std::vector<double> rates, std::vector<double> limits) {
    Figures figures;
    for (const double rate : rates) figures.add(kRate, rate);
    for (const double most : limits) figures.limit("rate", "the disk", most);
    const auto file = folder.path() / name;
    std::ofstream(file) << json::serialize(
        json::object{{"benchmarks", json::object{{"catchup", figures.json()}}}});
    return file.string();
  }
  TemporaryFolder folder;
};

TEST_F(Comparing, ASlowerMachineIsNoWorseProgram) {
  const auto text = compare_runs(run("old", {60}, {100}), run("new", {35}, {50}));
  ASSERT_TRUE(text.ok()) << text.error().text();
  EXPECT_NE(text->find("better"), std::string::npos) << *text;
}

TEST_F(Comparing, WhatTheRepetitionsCoverSaysNothing) {
  const auto text = compare_runs(run("old", {60, 50, 70}, {100}), run("new", {65, 66, 64}, {100}));
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("within the spread"), std::string::npos) << *text;
  const auto worse = compare_runs(run("old", {60, 61, 62}, {100}), run("new", {40, 41, 42}, {100}));
  EXPECT_NE(worse->find("worse"), std::string::npos) << *worse;
}

TEST_F(Comparing, WhatIsNoRunIsSaidSo) {
  const auto file = folder.path() / "other";
  std::ofstream(file) << R"({"benchmarks": {"catchup": {"figures": {"rate": 7}}}})";
  const std::string good = run("good", {1}, {2});
  EXPECT_FALSE(compare_runs(file, good).ok());
  EXPECT_FALSE(compare_runs(good, file).ok());
  EXPECT_FALSE(compare_runs(folder.path() / "nothing", good).ok());
  std::ofstream(file) << "no JSON";
  EXPECT_FALSE(compare_runs(file, good).ok());
}

}  // namespace
}  // namespace koinon::test::bench_figures_test
