// Logs that go from the store in memory: one that is removed, and what is void of one that was taken back.
// Part of MemoryStore, inside its transactions.
#pragma once

#include "storage/memory/memory_bodies.h"
#include "storage/memory/memory_cosigned.h"
#include "storage/memory/memory_knowledge.h"

namespace koinon {

class MemoryRemoval {
 public:
  struct Parts {
    MemorySettings& settings;
    MemoryLogs& logs;
    MemoryArrivals& arrivals;
    MemoryBodies& bodies;
    MemoryPeers& peers;
    MemorySeen& seen;
    MemoryStatements& statements;
    MemoryPolicy& policy;
    MemoryCosigned& cosigned;
  };
  explicit MemoryRemoval(Parts parts) : parts_(parts) {}

  // The largest head that was seen of the log is kept, and so is evidence against it.
  void remove(const MemoryLog& log, UnixMillis now);
  // Store::recover.
  Result<Recovered> take_back(const RecoveryCommit& recovery);

 private:
  // Two recoveries contradict each other: nothing changes, whatever else is stated.
  Recovered contradicted(const LogId& log);
  // What must be known of it is written. `log` is null: nothing of it is held.
  Status begin(const RecoveryCommit& recovery, MemoryLog* log);
  static Result<bool> is_news(const RecoveryCommit& recovery, const MemoryLog* log);
  void void_piece(MemoryLog& log, const RecoveryCommit& recovery, TreeSize stands);
  void put_back_vouches(const MemoryLog& log, EntryIndex end);

  Parts parts_;
};

}  // namespace koinon
