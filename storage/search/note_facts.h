// The facts of a note that searches count and compare. They are taken from its body when it is indexed.
#pragma once

#include <string>
#include <string_view>

#include "koinon/v1/record.pb.h"

namespace koinon {

// How an adoption went. In a search for practices: how some adoption of the practice went.
enum class Outcome : unsigned char { kNone = 0, kWorked = 1, kPartly = 2, kDidNot = 3, kTooEarly = 4 };
std::string_view outcome_text(Outcome outcome);
Outcome parse_outcome(std::string_view text);
// Of its number, as the index keeps it.
Outcome read_outcome(std::int64_t number);

// Orders of magnitude in US dollars. The rough value of each currency is good enough for them.
enum class CostBand : unsigned char {
  kUnknown = 0,
  kNone = 1,
  kUnder10k = 2,
  kUnder100k = 3,
  kUnder1m = 4,
  kUnder10m = 5,
  kAbove = 6,
};
inline constexpr unsigned kCostBands = 7;
std::string_view cost_band_text(CostBand band);
// Unknown if the text names no band.
CostBand parse_cost_band(std::string_view text);
CostBand cost_band_of(double amount, std::string_view currency);

// In place of a cost in US dollars: the note states none; it states one that is none, or in a currency of
// which we know no value.
inline constexpr double kCostNotSaid = -1;
inline constexpr double kCostNotConverted = -2;
// At the rough value of the currency: good for orders of magnitude.
double cost_in_dollars(double amount, std::string_view currency);

struct NoteFacts {
  unsigned evidence = 0;  // 0 not said, 1 to 5
  CostBand cost = CostBand::kUnknown;
  std::uint32_t sdgs = 0;  // bit n: goal n
  Outcome outcome = Outcome::kNone;
  bool stopped = false;           // an adoption that its city has ended
  double dollars = kCostNotSaid;  // or kCostNotConverted
};
NoteFacts note_facts(const v1::Body& body);

// The measures by which cities are compared.
struct CityMeasures {
  double population = 0;  // 0: not said
  double density = 0;
  std::string climate;  // Koeppen-Geiger
  int income = -1;      // 0 low to 3 high; -1: not said
  std::string country;
};
CityMeasures city_measures(const v1::Profile& profile);
std::string_view income_text(int income);

}  // namespace koinon
