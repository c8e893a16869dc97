#include "node/reading/search_view.h"

#include <algorithm>

#include "node/reading/plain_pieces.h"
#include "node/text/markdown.h"
#include "proto/base/encoding.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::size_t kNamedCities = 10;  // how many cities a reason names

// Cities are given as log ids. They get their names here.
FacetValue facet_value(Directory& directory, const std::string& facet, const FacetCount& item) {
  FacetValue out{item.value, item.count, nullptr};
  if (facet == "city") {
    const auto log = parse_log_id(item.value);
    if (log.ok()) out.value = directory.city(*log);
  }
  if (facet == "topic") out.topic = Vocabulary::builtin().find(item.value);
  return out;
}

ReasonView reason_view(Directory& directory, const SimilarReason& reason) {
  ReasonView out{reason.measure, reason.outcome, reason.cities.size(), {}};
  for (std::size_t i = 0; i < std::min(reason.cities.size(), kNamedCities); ++i)
    out.cities.push_back(directory.city(reason.cities[i]));
  return out;
}

std::optional<std::size_t> next_of(std::size_t offset, std::size_t shown, std::uint64_t total) {
  return shown > 0 && offset + shown < total ? std::optional(offset + shown) : std::nullopt;
}

Result<std::vector<FoundNote>> found_notes(Directory& directory, IndexReader& index,
                                           const std::vector<SearchHit>& hits) {
  std::vector<FoundNote> out;
  for (const SearchHit& hit : hits) {
    KOINON_ASSIGN(auto record, index.get(hit.log, hit.index));
    if (!record) continue;
    out.push_back({read_summary(directory, std::move(*record)), hit.score,
                   plain_pieces(hit.title, title_line), plain_pieces(hit.excerpt, markdown_line)});
  }
  return out;
}

}  // namespace

Result<SearchView> read_search_view(Directory& directory, IndexReader& index, const SearchQuery& query) {
  KOINON_ASSIGN(const SearchPage page, index.search(query));
  SearchView out;
  KOINON_ASSIGN(out.items, found_notes(directory, index, page.hits));
  KOINON_ASSIGN(out.activity, found_notes(directory, index, page.activity));
  for (const auto& [facet, counts] : page.facets) {
    std::vector<FacetValue>& values = out.facets[facet];
    for (const FacetCount& item : counts) values.push_back(facet_value(directory, facet, item));
  }
  out.total = page.total;
  out.total_is_at_least = page.more_than_total;
  out.some_words_missing = page.relaxed;
  out.next = next_of(query.offset, page.hits.size(), page.total);
  return out;
}

Result<SimilarView> read_similar_view(Directory& directory, IndexReader& index, const SimilarQuery& query) {
  KOINON_ASSIGN(const SimilarPage page, index.similar(query));
  SimilarView out;
  for (const SimilarPractice& practice : page.practices) {
    KOINON_ASSIGN(auto record, index.get(practice.log, practice.index));
    if (!record) continue;
    SimilarNote item{read_summary(directory, std::move(*record)), practice.score, {}};
    for (const SimilarReason& reason : practice.reasons)
      item.reasons.push_back(reason_view(directory, reason));
    out.items.push_back(std::move(item));
  }
  out.total = page.total;
  out.like = query.like;
  out.next = next_of(query.offset, page.practices.size(), page.total);
  return out;
}

}  // namespace koinon
