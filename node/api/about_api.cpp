#include "node/api/about_api.h"

#include "proto/vocabulary/vocabulary.h"

namespace koinon {

AboutApi::AboutApi(ApiShared& shared)
    : id({.method = "GET",
          .pattern = "/api/v1/id",
          .need = Need::kReading,
          .id = "getId",
          .tag = "node",
          .summary = "What another city needs to peer with this one",
          .gives = "NodeId"},
         this, &AboutApi::read_id),
      topics({.method = "GET",
              .pattern = "/api/v1/topics",
              .need = Need::kReading,
              .id = "listTopics",
              .tag = "reading",
              .summary = "The shared vocabulary of topics, with labels and aliases",
              .gives = "TopicList"},
             this, &AboutApi::read_topics),
      parts_(shared.parts) {}

Result<NodeIdView> AboutApi::read_id(const Asker&, const Nothing&) {
  return NodeIdView{parts_.facts.name, parts_.facts.log(), own_peer_line(parts_)};
}

Result<std::vector<const Topic*>> AboutApi::read_topics(const Asker&, const Nothing&) {
  std::vector<const Topic*> out;
  for (const Topic& topic : Vocabulary::builtin().topics()) out.push_back(&topic);
  return out;
}

}  // namespace koinon
