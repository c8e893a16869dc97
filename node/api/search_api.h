// Search with facets, and practices of cities that are like ours.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/api/records_api.h"
#include "node/reading/search_view.h"
#include "node/reading/search_words.h"

namespace koinon {

struct SimilarSearch {
  CityMeasures like;  // measures that are not given come from our own profile
  std::optional<std::string> topic;
  std::string words = {};  // empty: all practices
  std::size_t limit = limits::kSearchPage;
  std::size_t offset = 0;
};
// Reads q, topic, population, density, climate, income, limit and cursor.
Result<SimilarSearch> read_similar_search(const Params& params);

// What is found, for whoever may read all (records_api.h).
Result<SearchView> find_notes(const Readers& readers, const NoteSearch& wanted);

class SearchApi {
 public:
  explicit SearchApi(ApiShared& shared);

  const Operation<NoteSearch, SearchView> search;
  // kRefused: our profile states too little for a comparison.
  const Operation<SimilarSearch, SimilarView> similar;

 private:
  Result<SearchView> find(const Asker& asker, const NoteSearch& wanted);
  Result<SimilarView> find_similar(const Asker& asker, const SimilarSearch& wanted);
  Result<CityMeasures> measures_of(const CityMeasures& given);

  ApiParts& parts_;
};

}  // namespace koinon
