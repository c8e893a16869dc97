#include "node/api/search_api.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/query_params.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kNamedCities = 10;  // of a reason

// Cities come as log ids and get their names, topics their labels and aliases.
json::object facet_json(Directory& directory, const std::string& facet, const FacetCount& item) {
  json::object out{{"value", item.value}, {"count", item.count}};
  if (facet == "city") {
    const auto log = parse_log_id(item.value);
    if (log.ok()) out["value"] = directory.city(*log);
  }
  const Topic* topic = facet == "topic" ? Vocabulary::builtin().find(item.value) : nullptr;
  if (topic == nullptr) return out;
  json::object labels;
  for (const auto& [language, label] : topic->labels) labels[language] = label;
  out["labels"] = std::move(labels);
  out["aliases"] = json::array(topic->aliases.begin(), topic->aliases.end());
  return out;
}

json::array pieces_json(const std::vector<Piece>& pieces) {
  json::array out;
  for (const Piece& piece : pieces) out.push_back(json::object{{"text", piece.text}, {"match", piece.match}});
  return out;
}

// "worked in 3 cities of your size"
std::string sentence(const SimilarReason& reason) {
  const std::string count =
      std::to_string(reason.cities.size()) + (reason.cities.size() == 1 ? " city" : " cities");
  std::string of = " of your size";
  if (reason.measure == "climate") of = " of a climate like yours";
  if (reason.measure == "income") of = " of an income like yours";
  if (reason.measure == "density") of = " as dense as yours";
  switch (reason.outcome) {
    case Outcome::kWorked:
      return "worked in " + count + of;
    case Outcome::kPartly:
      return "partly worked in " + count + of;
    case Outcome::kTooEarly:
      return "being tried in " + count + of;
    case Outcome::kDidNot:
      return "did not work in " + count + of;
    case Outcome::kNone:
      return "published by a city" + of;
  }
  return {};
}

json::object reason_json(Directory& directory, const SimilarReason& reason) {
  json::array cities;
  for (std::size_t i = 0; i < std::min(reason.cities.size(), kNamedCities); ++i)
    cities.emplace_back(directory.city(reason.cities[i]));
  return {{"measure", reason.measure},
          {"outcome", outcome_text(reason.outcome)},
          {"count", reason.cities.size()},
          {"cities", std::move(cities)},
          {"text", sentence(reason)}};
}

}  // namespace

void SearchApi::add_routes(RouteTable& routes) {
  routes.add({{"GET",
              "/api/v1/search",
              Need::kReading,
              "search",
              "reading",
              "Notes by their words, ranked, with facets to narrow them down",
              {"q", "topic", "city", "country", "language", "kind", "evidence", "cost", "sdg", "outcome",
               "versions", "order", "limit", "cursor"},
              "",
              "SearchPage"},
              handler(this, &SearchApi::search)});
  routes.add({{"GET",
              "/api/v1/similar",
              Need::kReading,
              "findSimilar",
              "reading",
              "Practices that cities like ours published or adopted, with the reason",
              {"topic", "population", "density", "climate", "income", "limit", "cursor"},
              "",
              "SimilarPage"},
              handler(this, &SearchApi::similar)});
}

Result<SearchQuery> read_search(Directory& directory, const ApiRequest& request) {
  SearchQuery query;
  KOINON_TRY(read_scope(directory, request, query));
  query.country = request.param("country");
  query.language = request.param("language");
  KOINON_ASSIGN(const auto evidence, number_param(request, "evidence", 5));
  query.evidence = static_cast<unsigned>(evidence);
  KOINON_ASSIGN(const auto sdg, number_param(request, "sdg", 17));
  query.sdg = static_cast<unsigned>(sdg);
  if (const auto cost = request.param("cost"); !cost.empty()) {
    query.cost = parse_cost_band(cost);
    if (query.cost == CostBand::kUnknown)
      return fail(Code::kInvalidArgument, "it is none, under-10k, 10k-100k, 100k-1m, 1m-10m or above-10m",
                  "cost");
  }
  if (const auto outcome = request.param("outcome"); !outcome.empty()) {
    query.outcome = parse_outcome(outcome);
    if (query.outcome == Outcome::kNone)
      return fail(Code::kInvalidArgument, "it is worked, partly, did-not or too-early", "outcome");
  }
  query.all_versions = request.param("versions") == "all";
  query.newest_first = request.param("order") == "newest";
  KOINON_ASSIGN(query.limit, read_limit(request, limits::kSearchPage, limits::kSearchPageMax));
  KOINON_ASSIGN(query.offset, number_param(request, "cursor", limits::kSearchHits));
  return query;
}

Result<HttpResponse> SearchApi::search(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const SearchQuery query, read_search(directory, request));
  KOINON_ASSIGN(const SearchPage page, parts_.index->search(query));
  json::array items;
  for (const SearchHit& hit : page.hits) {
    KOINON_ASSIGN(const auto record, parts_.index->get(hit.log, hit.index));
    if (!record) continue;
    json::object item = summary_json(directory, *record);
    item["score"] = hit.score;
    item["highlights"] = {{"title", pieces_json(hit.title)}, {"text", pieces_json(hit.excerpt)}};
    items.push_back(std::move(item));
  }
  json::object facets;
  for (const auto& [facet, counts] : page.facets) {
    json::array values;
    for (const FacetCount& item : counts) values.push_back(facet_json(directory, facet, item));
    facets[facet] = std::move(values);
  }
  json::object body{{"items", std::move(items)},
                    {"total", page.total},
                    {"total_is_at_least", page.more_than_total},
                    {"some_words_missing", page.relaxed},
                    {"facets", std::move(facets)}};
  if (query.offset + page.hits.size() < page.total && !page.hits.empty())
    body["next"] = std::to_string(query.offset + page.hits.size());
  return conditional(request, json_response(body));
}

// What the request says, else what our own profile does.
Result<CityMeasures> SearchApi::like(Directory&, const ApiRequest& request) {
  CityMeasures out;
  if (const auto own = parts_.facts.log()) {
    KOINON_ASSIGN(const auto measures, parts_.index->measures(*own));
    if (measures) out = *measures;
  }
  constexpr std::uint64_t kMost = 1'000'000'000;
  KOINON_ASSIGN(const auto population, number_param(request, "population", kMost));
  KOINON_ASSIGN(const auto density, number_param(request, "density", kMost));
  if (population > 0) out.population = static_cast<double>(population);
  if (density > 0) out.density = static_cast<double>(density);
  if (const auto climate = request.param("climate"); !climate.empty()) out.climate = climate.substr(0, 3);
  if (const auto income = request.param("income"); !income.empty()) {
    v1::Profile profile;
    profile.set_income_band(income);
    out.income = city_measures(profile).income;
    if (out.income < 0)
      return fail(Code::kInvalidArgument, "it is low, lower-middle, upper-middle or high", "income");
  }
  if (out.population <= 0 && out.density <= 0 && out.climate.empty() && out.income < 0) {
    return fail(Code::kRefused,
                "our profile says neither population, density, climate nor income; publish one that does, or "
                "give them",
                "population");
  }
  return out;
}

Result<HttpResponse> SearchApi::similar(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  SimilarQuery query;
  KOINON_ASSIGN(query.like, like(directory, request));
  query.own = parts_.facts.log();
  if (const auto topic = request.param("topic"); !topic.empty())
    query.topic = Vocabulary::builtin().canonical(topic);
  KOINON_ASSIGN(query.limit, read_limit(request, limits::kSearchPage, limits::kSearchPageMax));
  KOINON_ASSIGN(query.offset, number_param(request, "cursor", limits::kSearchHits));
  KOINON_ASSIGN(const SimilarPage page, parts_.index->similar(query));
  json::array items;
  for (const SimilarPractice& practice : page.practices) {
    KOINON_ASSIGN(const auto record, parts_.index->get(practice.log, practice.index));
    if (!record) continue;
    json::object item = summary_json(directory, *record);
    item["score"] = practice.score;
    json::array reasons;
    for (const SimilarReason& reason : practice.reasons) reasons.push_back(reason_json(directory, reason));
    item["reasons"] = std::move(reasons);
    items.push_back(std::move(item));
  }
  json::object measures;
  if (query.like.population > 0) measures["population"] = query.like.population;
  if (query.like.density > 0) measures["density"] = query.like.density;
  if (!query.like.climate.empty()) measures["climate"] = query.like.climate;
  if (query.like.income >= 0) measures["income"] = income_text(query.like.income);
  json::object body{{"items", std::move(items)}, {"total", page.total}, {"like", std::move(measures)}};
  const std::size_t reached = query.offset + page.practices.size();
  if (reached < page.total && !page.practices.empty()) body["next"] = std::to_string(reached);
  return json_response(body);
}

}  // namespace koinon
