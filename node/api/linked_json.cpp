#include "node/api/linked_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/linked_api.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

// What is not to be found has no address, and no object.
json::object note_json(const LinkedNote& note) {
  json::array languages;
  for (const LanguageVersion& one : note.languages)
    languages.push_back(json::object{{"language", one.language}, {"url", one.url}});
  json::object out{{"languages", std::move(languages)}};
  if (!note.path.empty()) out["path"] = note.path;
  if (!note.canonical.empty()) out["canonical"] = note.canonical;
  if (!note.json_ld.empty()) out["json_ld"] = json::parse(note.json_ld);
  return out;
}

json::object dataset_json(const DatasetView& dataset) {
  json::array forms;
  for (const DistributionView& form : dataset.distributions)
    forms.push_back(json::object{{"id", form.id}, {"path", form.path}, {"media_type", form.media_type}});
  json::object out{{"id", dataset.id}, {"forms", std::move(forms)}};
  if (!dataset.topic.empty()) out["topic"] = dataset.topic;
  if (dataset.modified) out["modified_at"] = time_text(*dataset.modified);
  return out;
}

json::object catalogue_json(const CatalogueView& view) {
  json::array datasets;
  for (const DatasetView& one : view.datasets) datasets.push_back(dataset_json(one));
  json::object out{{"city", view.city}, {"city_name", view.name}, {"datasets", std::move(datasets)}};
  if (view.issued) out["issued_at"] = time_text(*view.issued);
  return out;
}

HttpResponse note_answer(const ApiRequest& request, const LinkedNote& note) {
  return conditional(request, json_response(note_json(note)));
}

HttpResponse catalogue_answer(const ApiRequest& request, const CatalogueView& view) {
  return conditional(request, json_response(catalogue_json(view)));
}

}  // namespace

void add_linked_routes(RouteTable& routes, CallGate& gate, const LinkedApi& linked) {
  add_route(routes, gate, linked.note, record_arg, note_answer);
  add_route(routes, gate, linked.catalogue, read_nothing, catalogue_answer);
}

}  // namespace koinon
