// Who learned from whom: the questions and the answers.
//
// A tie goes from the city that shared a practice to another city that adopted it. Of each city its latest
// adoption of a practice counts that was not taken back; those before it are its history. An adoption that
// names several practices counts for each; one of a translation is one of the original. A tie belongs to the
// year in which the city first wrote of it (stated_facts.h), with the outcome and the stage that it said
// last. Where all versions of a practice were taken back there is no tie.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/limits.h"
#include "proto/base/types.h"
#include "storage/search/note_facts.h"
#include "storage/search/stated_facts.h"

namespace koinon {

// How many ties have each outcome, by Outcome; kNone: they state none.
using TieOutcomes = std::array<std::uint32_t, 5>;

struct TieFilter {
  std::optional<LogId> from = {};  // who taught
  std::optional<LogId> to = {};    // who learned
  std::string from_country = {};   // ISO 3166-1 alpha-2, in capital letters
  std::string to_country = {};
  std::optional<std::string> topic = {};  // of the practice, with everything below it
  std::string agreement = {};             // that the practice serves, as agreement_name
  unsigned sdg = 0;
  std::optional<Outcome> outcome = {};  // kNone: it states none
  std::uint16_t year_from = 0;          // 0: from the first
  std::uint16_t year_to = 0;            // 0: to the last
  bool year_unclear = false;            // instead of the years: only ties whose year is not clear
  // An author's clock may be ahead. Years after this one are not clear, and are none.
  std::uint16_t last_year = kLastYear;
};

// What the rows of a matrix are. Its columns are cities with kCity, else the countries that learned. With
// topics and agreements a tie counts in each of its rows.
enum class TieGroup : unsigned char { kCountry = 0, kCity = 1, kTopic = 2, kAgreement = 3 };

struct TieKey {
  enum class Kind : unsigned char { kNamed = 0, kNone = 1, kOthers = 2 };
  Kind kind = Kind::kNone;
  std::string name = {};  // a country, a log id as text, a topic, an agreement
  auto operator<=>(const TieKey&) const = default;
};

struct TiesQuery {
  TieFilter filter;
  TieGroup group = TieGroup::kCountry;
  std::size_t axis = limits::kTieAxis;  // rows and columns; what is beyond is summed
  std::optional<TieKey> row = {};       // these two narrow the list alone
  std::optional<TieKey> column = {};
  std::size_t offset = 0;
  std::size_t limit = 50;
};

struct Tie {
  LogId from;
  LogId to;
  EntryIndex practice;  // of `from`: the version that stands
  EntryIndex adoption;  // of `to`
  Outcome outcome = Outcome::kNone;
  AdoptionStage stage = AdoptionStage::kNone;
  std::uint16_t year = 0;  // 0: not clear
};

struct TieAxisItem {
  TieKey key;
  std::uint32_t ties = 0;  // of the whole row or column
};

// The largest come first, then what has no key, then the others.
struct TieMatrix {
  std::vector<TieAxisItem> rows;
  std::vector<TieAxisItem> columns;
  std::vector<std::vector<std::uint32_t>> cells;  // by row, then column
};

struct TiedPractice {
  Tie telling;  // the newest of its ties that has a text and says how it went, else the newest
  std::uint32_t ties = 0;
  TieOutcomes outcomes{};
};

struct TiesPage {
  std::uint64_t total = 0;
  TieOutcomes outcomes{};
  std::uint64_t teaching = 0;  // cities
  std::uint64_t learning = 0;
  std::uint64_t practices = 0;
  bool more = false;  // there are adoptions before the newest limits::kTies, and they are not counted
  // What filters could be narrowed by: limits::kTieChoices of each at most, the most frequent first.
  std::vector<TieAxisItem> from_countries;
  std::vector<TieAxisItem> to_countries;
  std::vector<TieAxisItem> topics;  // the broadest ones
  std::vector<TieAxisItem> agreements;
  TieMatrix matrix;
  std::map<std::uint16_t, TieOutcomes> years;  // 0: not clear
  std::vector<TiedPractice> most_taken;        // limits::kTiedPractices at most, the most taken first
  std::uint64_t listed = 0;                    // in row and column
  std::vector<Tie> ties;                       // of these a page, the newest first
};

struct TieLine {
  LogId from;
  LogId to;
  std::uint32_t ties = 0;
  std::uint32_t stopped = 0;  // of those that do not say whether it worked
  TieOutcomes outcomes{};
};

struct TiePlace {
  LogId log;
  double latitude = 0;  // degrees; with longitude 0: not said
  double longitude = 0;
};

struct TieMap {
  std::uint64_t total = 0;
  bool more = false;           // as in TiesPage
  std::vector<TieLine> lines;  // limits::kTieLines at most, the heaviest first
  std::uint64_t lines_left_out = 0;
  std::vector<TiePlace> places;  // of the lines' cities
  std::vector<Tie> newest;       // as many as asked for
};

struct ImpactQuery {
  LogId own;
  std::uint16_t year_from = 0;  // as in TieFilter
  std::uint16_t year_to = 0;
  std::uint16_t last_year = kLastYear;
  std::size_t limit = 50;  // ties that are listed, of each side
};

// How many people notes say that they reached. Only numbers that are clear are summed (people_number.h).
struct PeopleReached {
  std::uint64_t people = 0;
  std::uint64_t notes = 0;                         // that give such a number
  std::uint64_t in_words = 0;                      // that say it otherwise
  std::vector<std::pair<LogId, EntryIndex>> said;  // the newest of these, limits::kPeopleSaid at most
};

// Our practices that serve a goal or an agreement, and how they went elsewhere.
struct ServedFigures {
  std::uint32_t practices = 0;
  std::uint32_t ties = 0;
  TieOutcomes outcomes{};
};

struct ImpactFigures {
  std::uint64_t practices = 0;  // ours that stand, each once in whatever languages it is written
  std::uint64_t answered = 0;   // questions
  std::uint64_t given = 0;      // ties from us
  TieOutcomes given_outcomes{};
  std::uint64_t learning = 0;  // cities that learned from us
  std::uint64_t taken = 0;     // ties to us
  TieOutcomes taken_outcomes{};
  PeopleReached at_home;    // by our practices
  PeopleReached elsewhere;  // by others with practices of ours
  PeopleReached by_taken;   // by us with practices of others
  std::map<unsigned, ServedFigures> goals;
  std::map<std::string, ServedFigures> agreements;
  std::vector<Tie> given_ties;  // the newest
  std::vector<Tie> taken_ties;
  bool more = false;  // as in TiesPage
};

}  // namespace koinon
