// Whose node this is, a city's or an observer's, and whether anything stands in the way of signing from the
// start.
#pragma once

#include <optional>
#include <string>

#include "crypto/evidence.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"
#include "storage/store/store.h"

namespace koinon {

struct NodeIdentity {
  std::string name;
  std::optional<LogIdentity> log;  // none: an observer
  KeyHistory keys;                 // of that log, at the start
  NodeKey node_key;
  std::optional<Error> refusal;  // why nothing may be signed
  bool restored = false;         // the store comes from a copy: peers are asked before anything is signed

  std::optional<LogId> log_id() const { return log ? std::optional(log->log_id()) : std::nullopt; }
};

// Errors are one sentence for the operator: the keys are not those of the store. Why nothing may be signed is
// said to the operator as well.
Result<NodeIdentity> read_node_identity(StoreReader& store, const StoreState& state, const NodeKeys& keys,
                                        const DataFolder& folder, const DaemonLog& log);

// The public file beside the keys may know of a statement that the store has lost, or not yet: its keys are
// those of after it. Where that takes the log back, what is void goes.
Status take_statements(Store& store, const DataFolder& folder, UnixMillis now);

// Why nothing is signed where our own log contradicts itself, and what is to be done.
Error own_log_forked(ForkKind kind);

}  // namespace koinon
