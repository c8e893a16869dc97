// Heads that were seen, and which peers have held our own log, in a store of SQL. Writing is part of
// SqlStore, inside its transactions.
#pragma once

#include "crypto/log_state.h"
#include "storage/sql/connection.h"

namespace koinon {

class SqlSeen {
 public:
  explicit SqlSeen(sql::Connection& db) : db_(db) {}

  // Only for a start: about 400 bytes for each peer's log, and for each log that was removed.
  Result<std::vector<SeenHead>> heads();
  // Only a larger one than is kept of its log.
  Status keep(const SeenHead& seen);
  Status forget(const LogId& log, TreeSize beyond);
  // One of an origin with fewer recoveries.
  Status forget_origins(const LogId& log, std::uint64_t recoveries);

  // Of one that is not pinned nothing is kept.
  Status set_held_ours(const NodeKey& peer);
  Status forget_holder(const NodeKey& peer);

 private:
  sql::Connection& db_;
};

}  // namespace koinon
