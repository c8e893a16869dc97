// Logs of the store in memory: their records, hashes and heads, and the digests of our own notes. Part of
// MemoryStore, inside its transactions.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "storage/memory/blob_pool.h"
#include "storage/memory/memory_knowledge.h"

namespace koinon {

struct MemoryRecord {
  BlobPool::Blob entry;
  BlobPool::Blob body;  // null: no body is here
  BodyState state = BodyState::kHeld;
  EntryIndex erased_by;
  bool transit = false;
  bool hidden = false;
};

struct MemoryLog {
  LogState state;
  std::vector<MemoryRecord> records;
  std::vector<std::vector<Hash>> levels;  // roots of perfect subtrees, by level
  std::vector<KeysFact> named;            // by Keys entries, in order
};

class MemoryLogs {
 public:
  MemoryLogs(MemoryUndo& undo, BlobPool& pool, MemoryEpochs& epochs)
      : undo_(undo), pool_(pool), epochs_(epochs) {}

  // kNotFound: no such log is held. The pointer is good until the log is removed.
  Result<MemoryLog*> find(const LogId& log);
  // The same; null: no such log is held.
  MemoryLog* held(const LogId& log);
  const std::map<LogId, std::unique_ptr<MemoryLog>>& all() const { return logs_; }

  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes);
  Result<Hash> root_at(const LogId& log, TreeSize size);
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size);
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count, TreeSize size);
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count);
  Result<StoredRecord> record(const LogId& log, EntryIndex index);
  Result<LogState> log_state(const LogId& log);
  std::vector<LogState> logs_named(std::string_view name, BytesView id_prefix, std::size_t limit) const;
  std::vector<LogState> logs_after(const std::optional<LogState>& last, std::size_t limit) const;
  StoreCounts counts() const;
  Result<LogKeys> log_keys(const LogId& log);
  Result<StandingKeys> standing_keys(const LogId& log);
  Result<std::vector<CosignerKey>> cosigner_keys(const LogId& log);
  Result<bool> has_named_node(const LogId& log, const NodeKey& key);
  Result<bool> is_of_its_node(const LogId& log, const NodeKey& key);
  std::optional<EntryIndex> own_content(BytesView digest) const;
  Result<std::vector<EntryIndex>> hidden(const LogId& log);
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit);
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit);

  // Adds the run's records, hashes and heads to its log. Makes the log if there is none. `own`: it is our own
  // log.
  // `keys`: of the log, where nothing of it is held yet.
  MemoryLog& append(const RunCommit& run, KeyHistory keys, bool own);
  // Takes away the entries from `from` on. `own`: it is our own log.
  void cut(MemoryLog& log, EntryIndex from, bool own);
  void set_state(MemoryLog& log, LogState state);
  static std::uint64_t bytes_of(const MemoryRecord& record);
  static CompactRange range_of(const MemoryLog& log);
  void set_record(MemoryLog& log, EntryIndex index, MemoryRecord record);
  void forget_own_content(EntryIndex index);
  // Gives the log a new row in the journal: it is whole now, or followers must hear of it again.
  void set_row(MemoryLog& log, JournalSeq row, const std::optional<StoredHead>& whole);
  // Gives a log that is whole a new journal row. Returns 0 if the log is not whole.
  Result<JournalSeq> write_row(MemoryLog& log);
  void set_frozen(MemoryLog& log, bool frozen);
  // `since` is empty if policy admits the log.
  void set_keys(MemoryLog& log, KeyHistory keys);
  void set_held_under(MemoryLog& log, std::uint64_t recoveries);
  void set_out(MemoryLog& log, std::optional<UnixMillis> since, std::chrono::milliseconds lived);
  void remove(const LogId& log);

 private:
  static NodeReader nodes(const MemoryLog& log);
  static StoredRecord stored(const MemoryRecord& record, EntryIndex index);
  void append_records(MemoryLog& log, const RunCommit& run);
  void put_own_contents(const RunCommit& run, bool own);
  void put_named_nodes(const RunCommit& run);
  void forget_own_from(EntryIndex from, std::map<Bytes, EntryIndex>& of);
  void put_own_content(Bytes digest, EntryIndex index, std::map<Bytes, EntryIndex>& to);
  void remember_state(const MemoryLog& log);

  MemoryUndo& undo_;
  BlobPool& pool_;
  MemoryEpochs& epochs_;
  std::map<LogId, std::unique_ptr<MemoryLog>> logs_;
  std::map<Bytes, EntryIndex> own_contents_;
  std::map<Bytes, EntryIndex> own_sealed_;
  std::set<std::pair<LogId, NodeKey>> named_nodes_;  // also by entries that are void or gone
};

}  // namespace koinon
