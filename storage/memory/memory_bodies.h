// Bodies of the store in memory: those that came after their entry, those held for peers, those that are
// taken away. Part of MemoryStore, inside its transactions.
#pragma once

#include "storage/memory/memory_arrivals.h"
#include "storage/memory/memory_files.h"

namespace koinon {

class MemoryBodies {
 public:
  struct Options {
    std::uint64_t transit_quota = 0;     // bytes that may be held for peers
    std::chrono::milliseconds grace{0};  // how long erased bodies are kept, unread
    std::uint64_t grace_quota = 0;       // bytes of those of other cities
  };
  MemoryBodies(MemoryUndo& undo, BlobPool& pool, MemoryLogs& logs, MemoryArrivals& arrivals,
               MemoryFiles& files, Options options)
      : undo_(undo), pool_(pool), logs_(logs), arrivals_(arrivals), files_(files), options_(options) {}

  std::uint64_t transit_bytes() const { return transit_bytes_; }
  bool keeps_erased(BytesView body) const;

  // `ours`: they are of our own log.
  Status add(const BodiesCommit& bodies, bool ours);
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most);
  // Called after the records of the run were added. Erases what the run's withdrawals erase, and takes back
  // marks of erasure that the run contradicts.
  // `ours`: it is of our own log. `own`: that one, if the store has one.
  void settle_withdrawals(MemoryLog& log, const RunCommit& run, bool ours, const std::optional<LogId>& own);
  Status set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now);
  // Takes away the records from `from` on, and all that is held with them. `own`: it is our own log.
  void void_from(MemoryLog& log, EntryIndex from, bool own, UnixMillis now);
  // What entries from `from` on had erased, held or not, is wanted again.
  void put_back_from(MemoryLog& log, EntryIndex from, const RecoveryCommit& recovery);
  using Record = std::pair<LogId, EntryIndex>;
  // Records that were erased, and whose bodies need not be kept any more.
  std::vector<Record> over() const;
  void end_grace();
  bool keeps_some() const { return !kept_.empty(); }
  // Store::fold.
  void set_lived(std::chrono::milliseconds lived) { lived_ = std::max(lived_, lived); }
  // The log is removed.
  void remove_all(const LogId& log);

 private:
  struct TransitEntry {
    LogId log;
    EntryIndex index;
    UnixMillis at;
  };
  using Transit = std::map<std::uint64_t, TransitEntry>;
  struct Kept {
    BlobPool::Blob body;
    std::chrono::milliseconds at;  // so long had the node run
  };
  bool has_room(const LogId& log, std::uint64_t bytes, const std::optional<LogId>& own) const;
  void keep(MemoryLog& log, EntryIndex index);
  BlobPool::Blob drop_kept(const Record& record);
  void end_grace_of(const Record& record);
  void put_back(MemoryLog& log, EntryIndex index, const RecoveryCommit& recovery);
  void put_transit(const LogId& log, EntryIndex index, UnixMillis at, std::uint64_t size);
  void drop_transit(Transit::iterator it);
  void drop_transit_of(const LogId& log, EntryIndex index);
  void trim_transit(const LogId& log, UnixMillis now);
  void take_from_transit(MemoryLog& log, EntryIndex index);

  MemoryUndo& undo_;
  BlobPool& pool_;
  MemoryLogs& logs_;
  MemoryArrivals& arrivals_;
  MemoryFiles& files_;
  Options options_;
  std::map<Record, Kept> kept_;         // of records that were erased
  std::chrono::milliseconds lived_{0};  // as was heard last
  Transit transit_;                     // by age
  std::uint64_t next_transit_ = 1;
  std::uint64_t transit_bytes_ = 0;
  std::map<LogId, std::uint64_t> transit_of_;  // the same, of each log
};

}  // namespace koinon
