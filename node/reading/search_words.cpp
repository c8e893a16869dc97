#include "node/reading/search_words.h"

#include "node/text/numbers.h"

namespace koinon {

Result<SearchQuery> read_search(Directory& directory, const SearchWords& words) {
  SearchQuery query;
  KOINON_TRY(read_scope(directory, words, query));
  query.country = search_word(words, "country");
  query.language = search_word(words, "language");
  KOINON_ASSIGN(const auto evidence, read_number(search_word(words, "evidence"), "evidence", 5));
  query.evidence = static_cast<unsigned>(evidence);
  KOINON_ASSIGN(const auto sdg, read_number(search_word(words, "sdg"), "sdg", 17));
  query.sdg = static_cast<unsigned>(sdg);
  if (const auto cost = search_word(words, "cost"); !cost.empty()) {
    query.cost = parse_cost_band(cost);
    if (query.cost == CostBand::kUnknown)
      return fail(Code::kInvalidArgument, "it is none, under-10k, 10k-100k, 100k-1m, 1m-10m or above-10m",
                  "cost");
  }
  if (const auto outcome = search_word(words, "outcome"); !outcome.empty()) {
    query.outcome = parse_outcome(outcome);
    if (query.outcome == Outcome::kNone)
      return fail(Code::kInvalidArgument, "it is worked, partly, did-not or too-early", "outcome");
  }
  query.all_versions = search_word(words, "versions") == "all";
  query.newest_first = search_word(words, "order") == "newest";
  KOINON_ASSIGN(query.limit,
                read_limit(search_word(words, "limit"), limits::kSearchPage, limits::kSearchPageMax));
  KOINON_ASSIGN(query.offset, read_number(search_word(words, "cursor"), "cursor", limits::kSearchHits));
  return query;
}

}  // namespace koinon
