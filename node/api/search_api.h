// Search with facets, and practices of cities like ours.
//
// On the reading thread that its parts belong to.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/reading/search_view.h"
#include "node/reading/search_words.h"

namespace koinon {

struct SimilarSearch {
  CityMeasures like;  // what is not given is as our own profile says
  std::optional<std::string> topic;
  std::size_t limit = limits::kSearchPage;
  std::size_t offset = 0;
};
// topic, population, density, climate, income, limit, cursor.
Result<SimilarSearch> read_similar_search(const Params& params);

class SearchApi {
 public:
  explicit SearchApi(ApiShared& shared);

  const Operation<NoteSearch, SearchView> search;
  // kRefused: our profile says too little to compare by.
  const Operation<SimilarSearch, SimilarView> similar;

 private:
  Result<SearchView> find(const Asker& asker, const NoteSearch& wanted);
  Result<SimilarView> find_similar(const Asker& asker, const SimilarSearch& wanted);
  Result<CityMeasures> measures_of(const CityMeasures& given);

  ApiParts& parts_;
};

}  // namespace koinon
