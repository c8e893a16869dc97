// Searches over the index: the questions and the answers.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/search/note_facts.h"
#include "storage/store/store.h"

namespace koinon {

// Cities by what they are called.
struct CalledQuery {
  std::string part;               // of the domain, or of a name in the latest profile, in any language
  bool whole = false;             // it is all of it
  std::string after_domain = {};  // those behind this domain and log: the last of the page before
  std::optional<LogId> after = {};
  std::size_t limit = 20;
};

struct SearchQuery {
  std::string words;  // empty: everything, newest first
  std::optional<v1::Kind> kind;
  std::optional<std::string> topic;  // with everything below it
  std::optional<LogId> log;
  std::string country;    // ISO 3166-1 alpha-2, in capital letters
  std::string language;   // BCP 47, in any case; `pt` covers `pt-BR`
  ArrivalSeq after;       // only arrivals above it
  unsigned evidence = 0;  // at least
  CostBand cost = CostBand::kUnknown;
  unsigned sdg = 0;
  Outcome outcome = Outcome::kNone;  // a practice is found if some city's adoption of it had this outcome
  bool stopped = false;              // also, or only, where an adoption was ended, whatever its outcome
  bool all_versions = false;         // also versions that were revised
  bool newest_first = false;         // instead of the best first
  bool activity_beside =
      false;  // only practices are hits; the best of other notes come in SearchPage::activity
  std::size_t offset = 0;
  std::size_t limit = 20;
};

// A piece of text, and whether it is one of the search's words.
struct Piece {
  std::string text;
  bool match = false;
};

struct SearchHit {
  std::int64_t document = 0;
  LogId log;
  EntryIndex index;
  double score = 0;
  std::vector<Piece> title;    // empty without words
  std::vector<Piece> excerpt;  // where in the text the words are
};

struct FacetCount {
  std::string value;
  std::uint64_t count = 0;
};

struct SearchPage {
  std::vector<SearchHit> hits;
  std::uint64_t total = 0;
  std::vector<SearchHit>
      activity;  // what cities make of practices, if asked for; at most limits::kActivityBeside
  bool more_than_total = false;  // counting stopped
  bool relaxed = false;          // no note has all the words; these have some
  // By facet: topic, city (log id as text), country, language, evidence, cost, sdg, outcome, kind. The most
  // frequent value comes first.
  std::map<std::string, std::vector<FacetCount>> facets;
};

// Practices that worked for cities like this one.
struct SimilarQuery {
  CityMeasures like;
  std::optional<LogId> own;  // the practices of this city are left out
  std::optional<std::string> topic;
  std::string words = {};  // only practices that a search for these words finds; empty: all
  std::size_t offset = 0;
  std::size_t limit = 20;
};

struct SimilarReason {
  std::string measure;               // population, density, climate, income
  Outcome outcome = Outcome::kNone;  // none: cities that published it
  std::vector<LogId> cities;
};

struct SimilarPractice {
  std::int64_t document = 0;
  LogId log;
  EntryIndex index;
  double score = 0;
  std::vector<SimilarReason> reasons;
};

struct SimilarPage {
  std::vector<SimilarPractice> practices;
  std::uint64_t total = 0;
};

// Who took a practice up.
struct AdoptersQuery {
  LogId log;  // of a version of the practice
  EntryIndex index;
  CityMeasures like = {};  // the city to which they are near
  std::size_t limit = 3;   // of the nearest
};

struct Adopter {
  LogId log;
  EntryIndex index;  // of its adoption
  Outcome outcome = Outcome::kNone;
  double nearness = 0;  // similar.h
};

struct Adopters {
  std::uint64_t cities = 0;                    // of each counts its latest word that it has not taken back
  std::array<std::uint32_t, 5> outcomes = {};  // by Outcome, of all of them
  std::uint64_t stopped = 0;                   // of all of them, whatever the outcome
  std::vector<Adopter> nearest;                // the nearest first
};

}  // namespace koinon
