#include "node/reading/city_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace koinon {
namespace {

constexpr double kAboutTheSame = 2;  // times

MeasureFit by_factor(std::string_view measure, double theirs, double ours) {
  const auto stated = [](double value) { return std::isfinite(value) && value > 0; };
  if (!stated(theirs) || !stated(ours)) return {measure, FitVerdict::kUnknown, 0};
  const double times = std::max(theirs, ours) / std::min(theirs, ours);
  if (!std::isfinite(times)) return {measure, FitVerdict::kUnknown, 0};
  if (times < kAboutTheSame) return {measure, FitVerdict::kSame, times};
  return {measure, theirs > ours ? FitVerdict::kMore : FitVerdict::kLess, times};
}

MeasureFit by_climate(const std::string& theirs, const std::string& ours) {
  FitVerdict verdict = FitVerdict::kUnknown;
  if (!theirs.empty() && !ours.empty()) {
    verdict = theirs == ours                   ? FitVerdict::kSame
              : theirs.front() == ours.front() ? FitVerdict::kNear
                                               : FitVerdict::kOtherGroup;
  }
  return {"climate", verdict, 0};
}

MeasureFit by_income(int theirs, int ours) {
  FitVerdict verdict = FitVerdict::kUnknown;
  if (theirs >= 0 && ours >= 0) {
    verdict = theirs == ours ? FitVerdict::kSame : theirs > ours ? FitVerdict::kMore : FitVerdict::kLess;
  }
  return {"income", verdict, 0};
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

std::string_view english_of(std::string_view measure) { return measure == "population" ? "size" : measure; }

}  // namespace

std::string_view verdict_text(FitVerdict verdict) {
  constexpr std::array<std::string_view, 6> kTexts = {"unknown", "same", "near",
                                                      "more",    "less", "other-group"};
  return kTexts.at(static_cast<std::size_t>(verdict));
}

CityFit compare_cities(const CityMeasures& theirs, const CityMeasures& ours) {
  return {by_factor("population", theirs.population, ours.population),
          by_climate(theirs.climate, ours.climate), by_income(theirs.income, ours.income),
          by_factor("density", theirs.density, ours.density)};
}

std::string fit_sentence(const CityFit& fit) {
  std::vector<std::string_view> alike;
  std::vector<std::string_view> other;
  for (const MeasureFit& one : fit) {
    if (one.known()) (one.alike() ? alike : other).push_back(english_of(one.measure));
  }
  if (alike.empty() && other.empty()) return {};
  if (alike.empty()) return "Not like us in " + listed(other) + ".";
  const std::string begin =
      (other.size() < alike.size() ? "Much like us in " : "Like us in ") + listed(alike);
  return begin + (other.empty() ? "." : "; another " + listed(other) + ".");
}

bool states_any(const CityMeasures& measures) {
  return measures.population > 0 || measures.density > 0 || !measures.climate.empty() || measures.income >= 0;
}

}  // namespace koinon
