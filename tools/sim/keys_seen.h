// Which statements about keys each node has stored, and whether it believed a replaced key after that.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "tools/sim/sim_node.h"
#include "tools/sim/truth.h"

namespace koinon::sim {

class KeysSeen {
 public:
  // The store of an honest node has taken this. What is wrong with it; nothing: all is well.
  std::optional<std::string> stored(const SimNode& node, const IntentBody& body, const Truth& truth);
  // It begins on an older store, with what that has.
  void began(SimNode& node);

 private:
  std::optional<std::string> believed(const SimNode& node, const LogId& log, BytesView note) const;

  std::map<std::pair<NodeIndex, LogId>, KeyHistory> stated_;
};

}  // namespace koinon::sim
