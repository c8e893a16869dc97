// Who is known to hold how much of what, of the peers that are connected: as they said, or as we gave them.
// It ends with a link.
#pragma once

#include <unordered_map>

#include "koinon/v1/wire.pb.h"
#include "node/engine/links.h"
#include "node/engine/logs.h"

namespace koinon::engine {

// All that the log has stated about its keys.
void put_statements(v1::Head& head, const KeyHistory& keys);

class Holdings {
 public:
  explicit Holdings(Links& links) : links_(links) {}

  // Nothing: it is not known. A size of 0: the peer has said that it holds nothing.
  std::optional<TreeSize> of(const Link& link, const LogId& log) const;
  bool holds(const Link& link, const LogId& log, EntryIndex index) const;
  // It holds at least so much.
  void note(const Link& link, const LogId& log, TreeSize size);
  // It says to hold so much, which may be less than before.
  void set(const Link& link, const LogId& log, TreeSize size);
  void forget(const Link& link) { known_.erase(link.id); }
  // The log was taken back: what peers were known to hold of it may be void.
  void forget(const LogId& log);
  // The connected peers that hold something of it, in the order of their links.
  std::vector<std::pair<NodeKey, TreeSize>> of_log(const LogId& log) const;

  // A whole log's head for the peer, with the log's identity where the peer may not know it.
  v1::Head head_message(const Link& link, const Log& log) const;

 private:
  Links& links_;
  std::map<SessionId, std::unordered_map<LogId, TreeSize>> known_;
};

}  // namespace koinon::engine
