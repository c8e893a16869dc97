// How like each other two cities are, by the measures of their profiles. Pure, for any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/search/note_facts.h"

namespace koinon {

// What theirs is, seen from us.
enum class FitVerdict : unsigned char {
  kUnknown,     // one of us does not state it
  kSame,        // about the same
  kNear,        // climate: another class of the same group
  kMore,        // larger, denser, a higher income
  kLess,        // smaller, less dense, a lower income
  kOtherGroup,  // climate: another group (the first letter of the Koeppen-Geiger class)
};
// "unknown", "same", "near", "more", "less", "other-group".
std::string_view verdict_text(FitVerdict verdict);

struct MeasureFit {
  std::string_view measure;  // population, climate, income, density: as searches for similar cities name them
  FitVerdict verdict = FitVerdict::kUnknown;
  // Of population and density: how many times the larger one is the smaller one, 1 or more. Else 0.
  double times = 0;

  bool alike() const { return verdict == FitVerdict::kSame || verdict == FitVerdict::kNear; }
  bool known() const { return verdict != FitVerdict::kUnknown; }
};

// All four measures, in this order: population, climate, income, density.
using CityFit = std::vector<MeasureFit>;

// Populations and densities of less than twice each other are about the same: from the same factor on a
// search gives it as a reason (similar.h).
CityFit compare_cities(const CityMeasures& theirs, const CityMeasures& ours);
// In English, for programs: "Much like us in size and income; another climate." Empty: nothing is known.
std::string fit_sentence(const CityFit& fit);

// Whether it states anything by which cities are compared.
bool states_any(const CityMeasures& measures);

}  // namespace koinon
