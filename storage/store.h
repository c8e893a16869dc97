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

#include "crypto/identity.h"
#include "crypto/proof.h"

namespace koinon {

enum class BodyState : unsigned char {
  kHeld = 0,      // here, or the entry has none
  kNotAsked = 1,  // our filter did not want it
  kErased = 2,    // a withdrawal took it away
  kNotHeld = 3,   // wanted, and nobody gave it yet
};

struct StoredRecord {
  EntryIndex index;
  Bytes entry;
  Bytes body;
  BodyState state = BodyState::kHeld;
  EntryIndex erased_by;  // with kErased
};

struct StoredHead {
  TreeSize size;
  Hash root;
  Bytes note;  // signed checkpoint
  bool operator==(const StoredHead&) const = default;
};

struct LogState {
  LogId id;
  LogIdentity identity;
  CompactRange range;               // of the entries held
  std::optional<StoredHead> whole;  // newest head that is held whole
  std::optional<StoredHead> seen;   // newest head that entries were proven against
  bool frozen = false;              // evidence of a fork is held
  JournalSeq journal_seq;           // its row; 0: none
};

struct PeerRecord {
  NodeKey node_key;
  LogId log;
  std::string vkey;
  std::string name;
  std::string address;     // HOST:PORT, or empty
  bool vouch = true;       // publish a vouch once a session has proven the key
  UnixMillis added_at;
  std::optional<JournalId> journal;  // of the peer
  JournalSeq cursor;                 // in that journal
};

struct VouchFact {
  LogId voucher;
  EntryIndex index;
  LogId target;
  std::string name;
  std::string vkey;
  UnixMillis expires_at;
  bool withdrawn = false;
};

struct PeerCursor {
  NodeKey peer;
  JournalId journal;
  JournalSeq seq;
};

// A verified run that extends a log: what was proven, and by which head.
struct RunCommit {
  LogIdentity identity;
  LogId log;
  std::vector<StoredRecord> records;  // consecutive from the size held
  std::vector<Hash> leaves;           // their leaf hashes
  CompactRange after;                 // of everything up to and including the run
  StoredHead head;                    // proven against; whole if its size is after.size()
  std::vector<VouchFact> vouches;     // stated by entries of the run
  std::vector<Bytes> own_contents;    // own log: content digest of each record (empty: none)
  UnixMillis arrived_at;
};

struct EvidenceCommit {
  LogId log;
  Bytes evidence;  // serialised koinon.v1.Evidence
  UnixMillis at;
};

struct BodyCommit {
  LogId log;
  EntryIndex index;
  Bytes body;
  UnixMillis arrived_at;
};

enum class ArrivalKind : unsigned char { kAdded = 1, kBody = 2, kErased = 3 };
struct Arrival {
  ArrivalSeq first;  // arrival number of `from`; the following entries count on from it
  LogId log;
  EntryIndex from;
  std::uint64_t count = 0;
  ArrivalKind kind = ArrivalKind::kAdded;
  UnixMillis at;
};

struct StoreState {
  JournalId journal;
  Bytes instance_token;  // 16 bytes
  std::optional<LogId> own_log;
  std::vector<LogState> logs;
  std::vector<PeerRecord> peers;
  std::vector<VouchFact> vouches;  // the latest of each voucher for each target
  JournalSeq last_journal_seq;
};

// A run as it is served: records of [from, …) up to a byte budget, at least one, proven against `size`.
struct ServedRun {
  std::vector<StoredRecord> records;
  RunProof proof;
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
