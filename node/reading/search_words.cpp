#include "node/reading/search_words.h"

#include <algorithm>

#include "node/reading/since.h"
#include "node/text/numbers.h"
#include "proto/base/ascii.h"

namespace koinon {

Result<NoteSearch> read_note_search(const Params& words) {
  NoteSearch out;
  SearchQuery& query = out.query;
  KOINON_TRY(read_scope(words, query));
  out.city = param(words, "city");
  query.country = ascii_upper(param(words, "country"));
  query.language = param(words, "language");
  std::replace(query.language.begin(), query.language.end(), '_', '-');  // pt_BR, as programs write it
  KOINON_ASSIGN(out.since, read_since(words));
  KOINON_ASSIGN(const auto evidence, read_number(param(words, "evidence"), "evidence", 5));
  query.evidence = static_cast<unsigned>(evidence);
  KOINON_ASSIGN(const auto sdg, read_number(param(words, "sdg"), "sdg", 17));
  query.sdg = static_cast<unsigned>(sdg);
  if (const auto cost = param(words, "cost"); !cost.empty()) {
    query.cost = parse_cost_band(cost);
    if (query.cost == CostBand::kUnknown)
      return fail(Code::kInvalidArgument, "it is none, under-10k, 10k-100k, 100k-1m, 1m-10m or above-10m",
                  "cost");
  }
  if (const auto outcome = param(words, "outcome"); !outcome.empty()) {
    query.stopped = outcome == "stopped" || outcome == kNoSuccess;
    query.outcome = outcome == kNoSuccess ? Outcome::kDidNot : parse_outcome(outcome);
    if (query.outcome == Outcome::kNone && !query.stopped)
      return fail(Code::kInvalidArgument, "it is worked, partly, did-not, too-early, stopped or no-success",
                  "outcome");
  }
  query.all_versions = param(words, "versions") == "all";
  query.newest_first = param(words, "order") == "newest";
  KOINON_ASSIGN(query.limit, read_limit(param(words, "limit"), limits::kSearchPage, limits::kSearchPageMax));
  KOINON_ASSIGN(query.offset, read_number(param(words, "cursor"), "cursor", limits::kSearchHits));
  return out;
}

Result<SearchQuery> read_search(Directory& directory, const Params& words) {
  KOINON_ASSIGN(NoteSearch out, read_note_search(words));
  KOINON_TRY(find_scope(directory, out.city, out.query));
  return std::move(out.query);
}

}  // namespace koinon
