// What cities have signed of the heads of logs, and what our own cosigner has signed, in the store in memory.
// Part of MemoryStore, inside its transactions.
#pragma once

#include <map>

#include "storage/memory/memory_logs.h"

namespace koinon {

class MemoryCosigned {
 public:
  MemoryCosigned(MemoryUndo& undo, MemoryLogs& logs) : undo_(undo), logs_(logs) {}

  std::vector<CosignedHead> heads(const LogId& log) const;
  std::optional<LastCosigned> last(const LogId& log) const;
  std::uint64_t made() const { return made_; }
  std::vector<LogCosigned> all() const;

  Result<std::vector<CosignedBrief>> keep(const LogId& log, const CosignedHead& head, UnixMillis now);
  Status note(const LogId& log, const LastCosigned& next);
  // The heads of a log, not what our own cosigner has signed.
  void forget_heads(const LogId& log);

 private:
  void set_heads(const LogId& log, std::vector<CosignedHead> heads);

  MemoryUndo& undo_;
  MemoryLogs& logs_;
  std::map<LogId, std::vector<CosignedHead>> heads_;  // never empty
  std::map<LogId, LastCosigned> last_;
  std::uint64_t made_ = 0;
};

}  // namespace koinon
