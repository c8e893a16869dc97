// Facts about this node, and the topics that all nodes share.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct Topic;

struct NodeIdView {
  std::string name;
  std::optional<LogId> log;  // nothing: an observer
  PeerLine line;             // the line that another city pins
};

class AboutApi {
 public:
  explicit AboutApi(ApiShared& shared);

  const Operation<Nothing, NodeIdView> id;
  // The topics live as long as the program.
  const Operation<Nothing, std::vector<const Topic*>> topics;

 private:
  Result<NodeIdView> read_id(const Asker& asker, const Nothing& query);
  Result<std::vector<const Topic*>> read_topics(const Asker& asker, const Nothing& query);

  ApiParts& parts_;
};

}  // namespace koinon
