#include "node/api/search_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/measures_json.h"
#include "node/api/operation_route.h"
#include "node/api/record_json.h"
#include "node/api/search_api.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Topics come with their labels and aliases.
json::object facet_json(const FacetValue& item) {
  json::object out{{"value", item.value}, {"count", item.count}};
  if (item.topic == nullptr) return out;
  json::object labels;
  for (const auto& [language, label] : item.topic->labels) labels[language] = label;
  out["labels"] = std::move(labels);
  out["aliases"] = json::array(item.topic->aliases.begin(), item.topic->aliases.end());
  return out;
}

json::array pieces_json(const std::vector<Piece>& pieces) {
  json::array out;
  for (const Piece& piece : pieces) out.push_back(json::object{{"text", piece.text}, {"match", piece.match}});
  return out;
}

// "worked in 3 cities of your size"
std::string sentence(const ReasonView& reason) {
  const std::string count = std::to_string(reason.count) + (reason.count == 1 ? " city" : " cities");
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

json::object reason_json(const ReasonView& reason) {
  return {{"measure", reason.measure},
          {"outcome", outcome_text(reason.outcome)},
          {"count", reason.count},
          {"cities", json::array(reason.cities.begin(), reason.cities.end())},
          {"text", sentence(reason)}};
}

}  // namespace

json::object search_json(const SearchView& view) {
  json::array items;
  for (const FoundNote& found : view.items) {
    json::object item = summary_json(found.note);
    item["score"] = found.score;
    item["highlights"] = {{"title", pieces_json(found.title)}, {"text", pieces_json(found.excerpt)}};
    items.push_back(std::move(item));
  }
  json::object facets;
  for (const auto& [facet, counts] : view.facets) {
    json::array values;
    for (const FacetValue& item : counts) values.push_back(facet_json(item));
    facets[facet] = std::move(values);
  }
  json::object body{{"items", std::move(items)},
                    {"total", view.total},
                    {"total_is_at_least", view.total_is_at_least},
                    {"some_words_missing", view.some_words_missing},
                    {"facets", std::move(facets)}};
  if (view.next) body["next"] = std::to_string(*view.next);
  return body;
}

namespace {

HttpResponse search_answer(const ApiRequest& request, const SearchView& view) {
  return conditional(request, json_response(search_json(view)));
}

HttpResponse similar_answer(const ApiRequest&, const SimilarView& view) {
  json::array items;
  for (const SimilarNote& found : view.items) {
    json::object item = summary_json(found.note);
    item["score"] = found.score;
    json::array reasons;
    for (const ReasonView& reason : found.reasons) reasons.push_back(reason_json(reason));
    item["reasons"] = std::move(reasons);
    items.push_back(std::move(item));
  }
  json::object body{{"items", std::move(items)}, {"total", view.total}, {"like", measures_json(view.like)}};
  if (view.next) body["next"] = std::to_string(*view.next);
  return json_response(body);
}

}  // namespace

void add_search_routes(RouteTable& routes, CallGate& gate, const SearchApi& search) {
  add_route(
      routes, gate, search.search, +[](const ApiRequest& request) { return read_note_search(request.query); },
      search_answer);
  add_route(
      routes, gate, search.similar,
      +[](const ApiRequest& request) { return read_similar_search(request.query); }, similar_answer);
}

}  // namespace koinon
