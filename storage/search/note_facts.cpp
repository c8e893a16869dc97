#include "storage/search/note_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "proto/vocabulary/currencies.h"

namespace koinon {
namespace {

constexpr double kMostDollars = 1e15;  // more is no cost, and a float may not have it

constexpr std::array<std::string_view, 5> kOutcomes = {"", "worked", "partly", "did-not", "too-early"};
constexpr std::array<std::string_view, kCostBands> kBands = {"",        "none",   "under-10k", "10k-100k",
                                                             "100k-1m", "1m-10m", "above-10m"};
constexpr std::array<std::string_view, 4> kIncomes = {"low", "lower-middle", "upper-middle", "high"};

}  // namespace

std::string_view outcome_text(Outcome outcome) { return kOutcomes.at(static_cast<std::size_t>(outcome)); }

Outcome read_outcome(std::int64_t number) {
  const bool known = number > 0 && number < static_cast<std::int64_t>(kOutcomes.size());
  return known ? static_cast<Outcome>(number) : Outcome::kNone;
}

Outcome parse_outcome(std::string_view text) {
  const auto* const it = std::find(kOutcomes.begin() + 1, kOutcomes.end(), text);
  return it == kOutcomes.end() ? Outcome::kNone : static_cast<Outcome>(it - kOutcomes.begin());
}

std::string_view cost_band_text(CostBand band) { return kBands.at(static_cast<std::size_t>(band)); }

CostBand parse_cost_band(std::string_view text) {
  const auto* const it = std::find(kBands.begin() + 1, kBands.end(), text);
  return it == kBands.end() ? CostBand::kUnknown : static_cast<CostBand>(it - kBands.begin());
}

double cost_in_dollars(double amount, std::string_view currency) {
  const auto rate = units_per_dollar(currency);
  return rate && std::isfinite(amount) && amount >= 0 ? amount / *rate : kCostNotConverted;
}

CostBand cost_band_of(double amount, std::string_view currency) {
  const double dollars = cost_in_dollars(amount, currency);
  if (dollars < 0) return CostBand::kUnknown;
  if (dollars == 0) return CostBand::kNone;
  constexpr std::array<double, 4> kSteps = {1e4, 1e5, 1e6, 1e7};
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    if (dollars < kSteps[i]) return static_cast<CostBand>(static_cast<std::size_t>(CostBand::kUnder10k) + i);
  }
  return CostBand::kAbove;
}

NoteFacts note_facts(const v1::Body& body) {
  NoteFacts out;
  if (body.has_practice()) {
    const auto& practice = body.practice();
    out.evidence = practice.evidence() <= 5 ? practice.evidence() : 0;
    if (practice.has_cost()) {
      out.cost = cost_band_of(practice.cost().amount(), practice.cost().currency());
      const double dollars = cost_in_dollars(practice.cost().amount(), practice.cost().currency());
      out.dollars = dollars <= kMostDollars ? dollars : kCostNotConverted;
    }
    for (const auto sdg : practice.sdgs()) {
      if (sdg >= 1 && sdg <= 17) out.sdgs |= 1U << sdg;
    }
  }
  if (body.has_adoption()) {
    out.outcome = parse_outcome(body.adoption().outcome());
    out.stopped = body.adoption().stage() == "stopped";
  }
  return out;
}

CityMeasures city_measures(const v1::Profile& profile) {
  const auto figure = [](const v1::Figure& given) {
    return std::isfinite(given.value()) && given.value() > 0 ? given.value() : 0;
  };
  CityMeasures out;
  out.population = figure(profile.population());
  out.density = figure(profile.density());
  out.climate = profile.climate().substr(0, 3);
  out.country = profile.country().substr(0, 2);
  const auto* const it = std::find(kIncomes.begin(), kIncomes.end(), profile.income_band());
  out.income = it == kIncomes.end() ? -1 : static_cast<int>(it - kIncomes.begin());
  return out;
}

std::string_view income_text(int income) {
  return income < 0 || income > 3 ? std::string_view() : kIncomes.at(static_cast<std::size_t>(income));
}

}  // namespace koinon
