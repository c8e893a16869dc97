// Who learned from whom, as pages and programs are shown it: the figures of storage/search/ties.h with the
// names of cities and the notes behind them.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include "node/reading/adoption_view.h"
#include "node/reading/ties_search.h"

namespace koinon {

struct TieAxisView {
  std::string key;  // as key_text: what `row` and `column` take
  std::uint32_t ties = 0;
};

struct TiedPracticeView {
  AdoptionView telling;
  std::uint32_t ties = 0;
  TieOutcomes outcomes{};
};

struct TiesView {
  TiesPage figures;  // without its lists of ties
  TieGroup group = TieGroup::kCountry;
  std::vector<TieAxisView> rows;
  std::vector<TieAxisView> columns;
  std::vector<TiedPracticeView> most_taken;
  std::vector<AdoptionView> ties;
  std::optional<std::size_t> next;  // the cursor of the next page
};

// `told`: whether the sentences of `most_taken` are read.
Result<TiesView> read_ties(Directory& directory, StoreReader& store, IndexReader& index,
                           const TiesQuery& query, bool told);

// In degrees.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
};

struct PlaceView {
  LogId log;
  std::string city;
  std::string name;                  // the name in its profile; empty: it has not stated one
  std::optional<Coordinates> where;  // nothing: it has not stated it
};

struct MapLine {
  std::string from;  // cities
  std::string to;
  std::uint32_t ties = 0;
  std::uint32_t stopped = 0;  // as in TieLine
  TieOutcomes outcomes{};
};

struct MapView {
  std::uint64_t total = 0;              // ties
  bool more = false;                    // as in TiesPage
  std::vector<PlaceView> cities;        // of the lines
  std::vector<MapLine> lines;           // the heaviest first
  std::uint64_t lines_left_out = 0;     // there are so many more
  std::vector<AdoptionView> adoptions;  // the newest, limits::kMapTies at most
};

// `told`: with the names of the cities.
Result<MapView> read_map(Directory& directory, IndexReader& index, const TieFilter& filter, bool told);

}  // namespace koinon
