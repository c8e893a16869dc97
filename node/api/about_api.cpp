#include "node/api/about_api.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "proto/base/encoding.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;

void AboutApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/api/v1/id",
               .need = Need::kReading,
               .id = "getId",
               .tag = "node",
               .summary = "What another city needs to peer with this one",
               .gives = "NodeId"},
              handler(this, &AboutApi::id)});
  routes.add({{.method = "GET",
               .pattern = "/api/v1/topics",
               .need = Need::kReading,
               .id = "listTopics",
               .tag = "reading",
               .summary = "The shared vocabulary of topics, with labels and aliases",
               .gives = "TopicList"},
              handler(this, &AboutApi::topics)});
}

Result<HttpResponse> AboutApi::id(const ApiRequest&) {
  const PeerLine line = parts_.facts.peer_line();
  const auto log = parts_.facts.log();
  json::object body;
  body["name"] = parts_.facts.name;
  body["observer"] = !log;
  body["log_id"] = log ? to_text(*log) : "";
  body["vkey"] = line.vkey ? line.vkey->text() : "";
  body["node_key"] = to_text(line.node_key);
  body["address"] = parts_.facts.address;
  body["peer_line"] = line.text();
  body["spoken"] = spoken(line.node_key);
  return json_response(body);
}

Result<HttpResponse> AboutApi::topics(const ApiRequest& request) {
  json::array items;
  for (const Topic& topic : Vocabulary::builtin().topics()) {
    json::object labels;
    for (const auto& [language, label] : topic.labels) labels[language] = label;
    items.push_back(json::object{{"topic", topic.slug},
                                 {"labels", std::move(labels)},
                                 {"aliases", json::array(topic.aliases.begin(), topic.aliases.end())},
                                 {"sdgs", json::array(topic.sdgs.begin(), topic.sdgs.end())}});
  }
  return conditional(request, json_response({{"items", std::move(items)}}));
}

}  // namespace koinon
