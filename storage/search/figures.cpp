#include "storage/search/figures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "storage/search/note_facts.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, kTold> kToldTexts = {"worked", "partly", "did-not", "stopped", "open"};
constexpr std::array<std::string_view, kPopulationBands> kPopulationTexts = {
    "under-50k", "50k-250k", "250k-1m", "1m-5m", "above-5m", "not-said"};
constexpr std::array<std::string_view, kClimateGroups> kClimateTexts = {"tropical",    "arid",  "temperate",
                                                                        "continental", "polar", "not-said"};
constexpr std::string_view kNotSaid = "not-said";
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kLastDay = 2'932'896;  // 31 December 9999

}  // namespace

std::string_view told_text(Told told) { return kToldTexts.at(static_cast<std::size_t>(told)); }

std::uint32_t total_of(const ToldCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint32_t{0});
}

std::string_view population_band_text(std::size_t band) { return kPopulationTexts.at(band); }

std::size_t population_band(double population) {
  if (!std::isfinite(population) || population <= 0) return kPopulationBands - 1;
  std::size_t band = 0;
  while (band < kPopulationSteps.size() && population >= kPopulationSteps.at(band)) ++band;
  return band;
}

std::string_view climate_group_text(std::size_t group) { return kClimateTexts.at(group); }

std::size_t climate_group(std::string_view climate) {
  constexpr std::string_view kLetters = "ABCDE";
  const auto at = climate.empty() ? std::string_view::npos : kLetters.find(climate.front());
  return at == std::string_view::npos ? kClimateGroups - 1 : at;
}

std::string_view income_group_text(std::size_t group) {
  return group + 1 < kIncomeGroups ? income_text(static_cast<int>(group)) : kNotSaid;
}

std::size_t income_group(int income) {
  return income < 0 || income + 1 >= static_cast<int>(kIncomeGroups) ? kIncomeGroups - 1
                                                                     : static_cast<std::size_t>(income);
}

MonthNumber month_of_day(std::uint32_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(std::min<std::int64_t>(day, kLastDay)))};
  return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

MonthNumber month_of(UnixMillis time) {
  return month_of_day(static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.value / kDayMs, 0, kLastDay)));
}

}  // namespace koinon
