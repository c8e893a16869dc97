// Would a practice work in our own city? What a person asks first, read for showing it: the two cities side
// by side, who tried it and how that went, what it takes. A view belongs to one request, on the thread of its
// readers.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "node/reading/city_fit.h"
#include "node/reading/directory.h"

namespace koinon {

// A city that took it up.
struct NearAdopter {
  std::string ref;  // of its adoption
  std::string city;
  std::string city_name;  // empty: it has not stated one
  std::string language;   // of `changes`, BCP 47
  std::string stage;      // in the words of the protocol; any text may come from other cities
  std::string outcome;
  std::string changes;  // the first sentence of what it changed, plain; else of its results; or empty
};

struct FitNeed {
  std::string what;  // in the words of the protocol
  std::string text;  // plain, clipped
};

// What it takes, at a glance. Texts are plain and clipped; empty: not said.
struct FitFacts {
  double amount = 0;     // 0: not said
  std::string currency;  // ISO 4217
  std::string staff;
  std::string time_to_launch;
  std::uint32_t evidence = 0;  // 1 to 5; 0: not said
  std::string core;            // its first sentence
  std::vector<FitNeed> needs;
};

struct FitView {
  std::string ref;
  std::string city;
  std::string city_name;
  std::string language;   // of the facts, BCP 47
  bool has_city = false;  // this node has a city of its own
  bool is_ours = false;   // and it wrote the note
  CityMeasures theirs;
  CityMeasures ours;        // nothing is stated: our profile says nothing by which cities are compared
  CityFit fit;              // only unknown where it is our own note
  std::uint64_t tried = 0;  // cities that took it up; of each its latest word counts
  std::array<std::uint32_t, 5> outcomes = {};  // by Outcome
  std::uint64_t stopped = 0;                   // of these cities, whatever the outcome
  std::vector<NearAdopter> nearest;            // at most kNearestAdopters, the nearest first
  FitFacts facts;
};

inline constexpr std::size_t kNearestAdopters = 3;

// `own`: the log of this node's city. Reads the practice and the nearest adoptions.
// kNotFound: the record, or its text, is not here. kInvalidArgument: it is no practice.
Result<FitView> read_fit(Directory& directory, StoreReader& store, IndexReader& index,
                         const std::optional<LogId>& own, const Directory::Found& found);
// What it takes, of a note's text. Pure.
FitFacts fit_facts(const v1::Practice& practice);

}  // namespace koinon
