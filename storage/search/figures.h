// What pictures count: when practices were taken up, how that went in which cities, and what practices cost.
//
// An adoption here is what a city says of a practice with its latest word that it has not taken back. It is
// dated by the first such word: that is when the city began.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// How an adoption stands. What a city says of the outcome counts before that it has stopped: a trial that
// worked may be over. `kOpen`: too early to say, or nothing is said.
enum class Told : unsigned char { kWorked, kPartly, kDidNot, kStopped, kOpen };
inline constexpr std::size_t kTold = 5;
// worked, partly, did-not, stopped, open
std::string_view told_text(Told told);

using ToldCounts = std::array<std::uint32_t, kTold>;  // by Told
std::uint32_t total_of(const ToldCounts& counts);

// Classes of city sizes, after those of the European Commission and the OECD (Dijkstra and Poelman, "Cities
// in Europe: the new OECD-EC definition", 2012), the small and the large ones of it joined. The last: not
// said.
inline constexpr std::array<double, 4> kPopulationSteps = {50e3, 250e3, 1e6, 5e6};
inline constexpr std::size_t kPopulationBands = kPopulationSteps.size() + 2;
// under-50k, 50k-250k, 250k-1m, 1m-5m, above-5m, not-said
std::string_view population_band_text(std::size_t band);
std::size_t population_band(double population);  // 0 or less, or no number: not said

// The first letters of Koeppen-Geiger: tropical, arid, temperate, continental, polar, not-said.
inline constexpr std::size_t kClimateGroups = 6;
std::string_view climate_group_text(std::size_t group);
std::size_t climate_group(std::string_view climate);

// low, lower-middle, upper-middle, high, not-said
inline constexpr std::size_t kIncomeGroups = 5;
std::string_view income_group_text(std::size_t group);
std::size_t income_group(int income);  // CityMeasures::income

// A calendar month: twelve times the year, and 0 to 11.
using MonthNumber = std::int32_t;
// Of a day since 1970.
MonthNumber month_of_day(std::uint32_t day);
// Of a time of the years 1970 to 9999; the nearest such month of others.
MonthNumber month_of(UnixMillis time);

struct AdoptionFigures {
  ToldCounts all{};
  std::size_t cities = 0;     // that took something up
  std::size_t practices = 0;  // that were taken up
  std::map<MonthNumber, ToldCounts> months;
  std::uint32_t undated = 0;  // of no day, or of one after the month that it is now
  std::array<ToldCounts, kPopulationBands> population{};
  std::array<ToldCounts, kClimateGroups> climate{};
  std::array<ToldCounts, kIncomeGroups> income{};
};

struct CostPoint {
  LogId log;  // the practice
  EntryIndex index;
  double dollars = 0;
  double population = 0;  // of its city
};

struct CostFigures {
  std::vector<CostPoint> points;    // the newest first
  std::uint64_t left_out = 0;       // as good as these, but older: more than were asked for
  std::uint64_t practices = 0;      // looked at; the following are not in `points`
  std::uint64_t not_said = 0;       // no cost
  std::uint64_t not_converted = 0;  // a cost in a currency of which no value is known
  std::uint64_t no_population = 0;  // a cost, but the city does not state its population
};

struct FigureQuery {
  std::optional<std::pair<LogId, EntryIndex>> practice;  // any version of it
  std::optional<std::string> topic;                      // with everything below it; neither: all practices
  UnixMillis now;
  std::size_t costs = 0;  // so many points of costs at most; 0: costs are not asked for
};

struct Figures {
  AdoptionFigures adoptions;
  CostFigures costs;
};

}  // namespace koinon
