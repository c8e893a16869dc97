#include "node/api/search_api.h"

#include "node/api/query_params.h"
#include "node/reading/since.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::uint64_t kMeasureMost = 1'000'000'000;

}  // namespace

Result<SimilarSearch> read_similar_search(const Params& params) {
  SimilarSearch out;
  KOINON_ASSIGN(out.words, read_words(params));
  KOINON_ASSIGN(const auto population, number_param(params, "population", kMeasureMost));
  KOINON_ASSIGN(const auto density, number_param(params, "density", kMeasureMost));
  out.like.population = static_cast<double>(population);
  out.like.density = static_cast<double>(density);
  out.like.climate = param(params, "climate").substr(0, 3);
  if (const auto income = param(params, "income"); !income.empty()) {
    v1::Profile profile;
    profile.set_income_band(income);
    out.like.income = city_measures(profile).income;
    if (out.like.income < 0)
      return fail(Code::kInvalidArgument, "it is low, lower-middle, upper-middle or high", "income");
  }
  if (const auto topic = param(params, "topic"); !topic.empty())
    out.topic = Vocabulary::builtin().canonical(topic);
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kSearchPage, limits::kSearchPageMax));
  KOINON_ASSIGN(out.offset, number_param(params, "cursor", limits::kSearchHits));
  return out;
}

SearchApi::SearchApi(ApiShared& shared)
    : search({.method = "GET",
              .pattern = "/api/v1/search",
              .need = Need::kReading,
              .id = "search",
              .tag = "reading",
              .summary = "Notes by their words, ranked, with facets to narrow them down",
              .query = {"q", "topic", "city", "country", "language", "kind", "evidence", "cost", "sdg",
                        "outcome", "versions", "order", "since", "limit", "cursor"},
              .gives = "SearchPage"},
             this, &SearchApi::find),
      similar({.method = "GET",
               .pattern = "/api/v1/similar",
               .need = Need::kReading,
               .id = "findSimilar",
               .tag = "reading",
               .summary = "Practices that cities like ours published or adopted, with the reason",
               .query = {"q", "topic", "population", "density", "climate", "income", "limit", "cursor"},
               .gives = "SimilarPage"},
              this, &SearchApi::find_similar),
      parts_(shared.parts) {}

Result<SearchView> find_notes(const Readers& readers, const NoteSearch& wanted) {
  Directory directory(readers.store, readers.nearness, &readers.index);
  SearchQuery query = wanted.query;
  KOINON_TRY(find_scope(directory, wanted.city, query));
  KOINON_ASSIGN(query.after, last_left_out(readers.store, readers.index, wanted.since));
  return read_search_view(directory, readers.index, query);
}

Result<SearchView> SearchApi::find(const Asker&, const NoteSearch& wanted) {
  return find_notes({*parts_.store, *parts_.index, parts_.nearness}, wanted);
}

// What is given, else what our own profile says.
Result<CityMeasures> SearchApi::measures_of(const CityMeasures& given) {
  CityMeasures out;
  if (const auto own = parts_.facts.log()) {
    KOINON_ASSIGN(const auto measures, parts_.index->measures(*own));
    if (measures) out = *measures;
  }
  if (given.population > 0) out.population = given.population;
  if (given.density > 0) out.density = given.density;
  if (!given.climate.empty()) out.climate = given.climate;
  if (given.income >= 0) out.income = given.income;
  if (out.population <= 0 && out.density <= 0 && out.climate.empty() && out.income < 0) {
    return fail(Code::kRefused,
                Sentence{"profile.not_comparable",
                         "our profile says neither population, density, climate nor income; publish one that "
                         "does, or give them"},
                "population");
  }
  return out;
}

Result<SimilarView> SearchApi::find_similar(const Asker&, const SimilarSearch& wanted) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  SimilarQuery query;
  KOINON_ASSIGN(query.like, measures_of(wanted.like));
  query.own = parts_.facts.log();
  query.topic = wanted.topic;
  query.words = wanted.words;
  query.limit = wanted.limit;
  query.offset = wanted.offset;
  return read_similar_view(directory, *parts_.index, query);
}

}  // namespace koinon
