// The hits of a search, and the practices of cities that are like ours, read for showing them. A view belongs
// to one request, on the thread of its readers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/reading/summary_view.h"

namespace koinon {

struct Topic;

struct FoundNote {
  SummaryView note;
  double score = 0;
  std::vector<Piece> title;    // plain; empty without words
  std::vector<Piece> excerpt;  // plain; where in the text the words are
};

struct FacetValue {
  std::string value;  // a city's name on this node; other values as in SearchPage
  std::uint64_t count = 0;
  const Topic* topic = nullptr;  // if the value is a topic of the vocabulary
};

struct SearchView {
  std::vector<FoundNote> items;
  std::vector<FoundNote> activity;  // beside the items, if asked for
  std::uint64_t total = 0;
  bool total_is_at_least = false;  // counting stopped
  bool some_words_missing = false;
  std::map<std::string, std::vector<FacetValue>> facets;  // by name; the most frequent value first
  std::optional<std::size_t> next;                        // the offset of the page that follows
};

Result<SearchView> read_search_view(Directory& directory, IndexReader& index, const SearchQuery& query);

struct ReasonView {
  std::string measure;               // population, density, climate, income
  Outcome outcome = Outcome::kNone;  // none: cities that published it
  std::size_t count = 0;             // of cities
  std::vector<std::string> cities;   // the first ten of them
};

struct SimilarNote {
  SummaryView note;
  double score = 0;
  std::vector<ReasonView> reasons;
};

struct SimilarView {
  std::vector<SimilarNote> items;
  std::uint64_t total = 0;
  CityMeasures like;                // the measures that were compared with
  std::optional<std::size_t> next;  // the offset of the page that follows
};

Result<SimilarView> read_similar_view(Directory& directory, IndexReader& index, const SimilarQuery& query);

}  // namespace koinon
