// The Store: what a node holds. Narrow, so that another engine can stand behind it.
//
// Truth only: logs as verified runs of entries with their bodies, the heads that prove them, the journal of
// accepted heads, the arrivals, peers. A Store belongs to one thread (the writer); Readers are made for
// other threads and see what was committed before each call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/log_state.h"

namespace koinon {

enum class ArrivalKind : unsigned char { kAdded = 1, kBody = 2, kErased = 3 };
struct Arrival {
  ArrivalSeq first;  // arrival number of `from`; the following entries count on from it
  LogId log;
  EntryIndex from;
  std::uint64_t count = 0;
  ArrivalKind kind = ArrivalKind::kAdded;
  UnixMillis at;
};

struct StoreCounts {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

class StoreReader {
 public:
  virtual ~StoreReader() = default;
  virtual Result<StoreState> load_state() = 0;
  // At most `max_bytes` of entries and bodies, but at least one record; entries below `to` only.
  virtual Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                                     std::size_t max_bytes) = 0;
  virtual Result<Hash> root_at(const LogId& log, TreeSize size) = 0;
  virtual Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) = 0;
  virtual Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                        TreeSize size) = 0;
  virtual Result<StoredRecord> record(const LogId& log, EntryIndex index) = 0;
  // One whole log's state.
  virtual Result<LogState> log_state(const LogId& log) = 0;
  // The logs that claim a name; more than one is possible, and shown apart.
  virtual Result<std::vector<LogState>> logs_named(std::string_view name) = 0;
  // How many logs and records are held, and the store's size on disk in bytes.
  virtual Result<StoreCounts> counts() = 0;
  // Arrivals whose last number is above `after`, oldest first, at most `limit` rows.
  virtual Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) = 0;
  // The index of our own record with this content digest, if there is one.
  virtual Result<std::optional<EntryIndex>> own_content(BytesView digest) = 0;
  virtual Result<std::vector<Bytes>> evidence(const LogId& log) = 0;
};

class Store : public StoreReader {
 public:
  // Changes happen inside begin … commit. A failed call inside has changed nothing and the others stand;
  // a failed commit has undone them all. `durable`: commit returns after fsync.
  virtual Status begin(bool durable) = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;

  // Returns the journal row if the log now stands whole, 0 if not. kConflict if the run does not begin at
  // the size held, or the log is frozen.
  virtual Result<JournalSeq> append_run(const RunCommit& run) = 0;
  virtual Status set_cursor(const PeerCursor& cursor) = 0;
  virtual Status add_evidence(const EvidenceCommit& evidence) = 0;
  virtual Status add_body(const BodyCommit& body) = 0;
  virtual Status put_peer(const PeerRecord& peer) = 0;
  virtual Status remove_peer(const NodeKey& node_key) = 0;
  virtual Status set_own_log(const LogId& log) = 0;
  virtual Status set_instance_token(BytesView token) = 0;
};

}  // namespace koinon
