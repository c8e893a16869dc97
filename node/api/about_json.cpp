#include "node/api/about_json.h"

#include <boost/json.hpp>

#include "node/api/about_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/spoken_key.h"
#include "proto/base/encoding.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;

json::object id_json(const NodeIdView& view) {
  return {{"name", view.name},
          {"observer", !view.log},
          {"log_id", view.log ? to_text(*view.log) : ""},
          {"vkey", view.line.vkey ? view.line.vkey->text() : ""},
          {"node_key", to_text(view.line.node_key)},
          {"address", view.line.address},
          {"peer_line", view.line.text()},
          {"spoken", spoken(view.line.node_key)}};
}

namespace {

HttpResponse id_answer(const ApiRequest&, const NodeIdView& view) { return json_response(id_json(view)); }

HttpResponse topics_answer(const ApiRequest& request, const std::vector<const Topic*>& view) {
  json::array items;
  for (const Topic* topic : view) {
    json::object labels;
    for (const auto& [language, label] : topic->labels) labels[language] = label;
    items.push_back(json::object{{"topic", topic->slug},
                                 {"labels", std::move(labels)},
                                 {"aliases", json::array(topic->aliases.begin(), topic->aliases.end())},
                                 {"sdgs", json::array(topic->sdgs.begin(), topic->sdgs.end())}});
  }
  return conditional(request, json_response({{"items", std::move(items)}}));
}

}  // namespace

void add_about_routes(RouteTable& routes, CallGate& gate, const AboutApi& about) {
  add_route(routes, gate, about.id, read_nothing, id_answer);
  add_route(routes, gate, about.topics, read_nothing, topics_answer);
}

}  // namespace koinon
