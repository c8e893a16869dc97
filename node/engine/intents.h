// What the engine asks of the world, and what the world answers.
//
// Everything slow is an Intent with a number; its Completion comes back as an input. Completions may come
// in any order. Commits are carried out in the order in which they were given, each either whole or not.
#pragma once

#include <variant>

#include "crypto/checkpoint.h"
#include "crypto/log_state.h"
#include "koinon/v1/wire.pb.h"
#include "proto/codec/filter.h"

namespace koinon {

// Opens signed checkpoints, each under its own vkey. Answer: HeadsVerified.
struct VerifyHeads {
  struct Item {
    VKey vkey;
    Bytes note;
  };
  std::vector<Item> items;
};
using HeadsVerified = std::vector<Result<Checkpoint>>;

// Checks a run of records against a root: proof, bodies, Genesis where it starts at 0, and, where
// `head_note` is given, first the signature of the head that the root comes from. Answer: RunVerified.
struct VerifyRun {
  LogIdentity identity;
  EntryIndex from;
  std::vector<StoredRecord> records;  // as received: body and mark; state says what the mark said
  RunProof proof;
  TreeSize size;
  Hash root;
  Bytes head_note;    // empty: verified before
  BodyFilter filter;  // bodies that we want
};
struct RunVerified {
  std::vector<StoredRecord> records;
  std::vector<Hash> leaves;
  std::vector<Hash> left;   // as the peer proved it; must equal our own compact range
  std::vector<Hash> right;  // of the run in the tree that it was proven against
  CompactRange after;
  std::vector<VouchFact> vouches;
  std::vector<WithdrawalFact> withdrawals;
  std::vector<AttachmentFact> attachments;
};

// Checks bodies against what their entries commit to. Answer: BodiesVerified.
struct VerifyBodies {
  struct Item {
    EntryIndex index;
    Hash digest;
    std::uint32_t size = 0;
    Bytes body;
  };
  std::vector<Item> bodies;
};

struct BodiesVerified {
  std::vector<AttachmentFact> attachments;  // that these bodies name
};

// Checks one chunk of an attachment. Answer: Done.
struct VerifyChunk {
  AttachmentId id;
  AttachmentChunk chunk;
};

// Checks evidence that a peer shows. Answer: Done.
struct VerifyEvidence {
  v1::Evidence evidence;
};

// Stores a run and, in the same transaction, the cursor that it completes. Answer: RunStored.
struct CommitRun {
  RunCommit run;
  std::optional<PeerCursor> cursor;
  // Files that policy wants with the run's bodies, if there is room.
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::vector<AttachmentWant> wants{};
  bool own = false;  // of our own log, which others gave back: the room that is kept is for it
};
struct RunStored {
  JournalSeq journal_seq;   // 0: the log does not stand whole yet
  std::uint64_t bytes = 0;  // held of the log now; only of a run and of bodies
};

// Answer: Done.
struct CommitCursor {
  PeerCursor cursor;
};
// Answer: RunStored, with a new row where the log stands whole.
struct CommitEvidence {
  EvidenceCommit evidence;
};
// Answer: RunStored, without a row.
struct CommitBodies {
  BodiesCommit bodies;
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::vector<AttachmentWant> wants{};
};
// The bodies of some entries of a log follow a changed filter. Answer: FilterApplied.
struct CommitFilter {
  LogId log;
  BodyFilter filter;
  UnixMillis now;
  EntryIndex from;
  std::uint64_t most = 0;  // entries
};
struct FilterApplied {
  std::optional<EntryIndex> next;  // where to go on; none: these were the last
  std::uint64_t bytes = 0;         // held of the log now
};
struct CommitOutOfPolicy {
  LogId log;
  UnixMillis since;
  std::chrono::milliseconds lived{0};  // how long this node had run by then
};
// How long this node has run. Answer: Done.
struct CommitLived {
  std::chrono::milliseconds lived{0};
};
// Answer: RunStored, with a new row where the log stands whole.
struct CommitReadmission {
  LogId log;
};
struct CommitAsks {
  std::vector<HeadAsk> asks;
  bool open = true;
};
struct CommitRemoval {
  LogId log;
  UnixMillis now;
};
// A file that a record names is to be fetched. Answer: AttachmentState, as it is held now.
struct CommitWant {
  AttachmentWant want;
  UnixMillis now;
};
// Answer: ChunkStored.
struct CommitChunk {
  ChunkCommit commit;
};
struct ChunkStored {
  std::uint32_t held = 0;
};
struct CommitFinished {
  AttachmentId id;
  bool whole = false;
};
struct CommitDrop {
  AttachmentId id;
};
struct Done {};

// Reads a run to serve. Where `root` is given, the tree of that size must have it (kConflict if not).
// Answer: ServedRun.
struct ReadRun {
  LogId log;
  EntryIndex from;
  EntryIndex to;
  TreeSize size;
  std::optional<Hash> root;
  std::size_t max_bytes = 0;
};
// Answer: Hash.
struct ReadRoot {
  LogId log;
  TreeSize size;
};
// Answer: std::vector<StoredRecord>, one for each of the first indexes asked, at least one, until their
// bodies exceed max_bytes. An entry that is not held is empty.
struct ReadRecords {
  LogId log;
  std::vector<EntryIndex> indexes;
  std::size_t max_bytes = 0;
};
// Entries whose bodies are not held here, from an index on. Answer: std::vector<StoredRecord>.
struct ReadUnheld {
  LogId log;
  EntryIndex from;
  std::size_t limit = 0;
};
// The hashes that show what the prefix of `at` entries is in the tree of `size`. Answer: RunProof.
struct ReadProof {
  LogId log;
  EntryIndex from;
  std::uint64_t count = 0;
  TreeSize size;
};

// The evidence that is kept against a log. Answer: EvidenceRead.
struct ReadEvidence {
  LogId log;
};
struct EvidenceRead {
  std::vector<Bytes> evidence;  // serialised, the first first
};

// A chunk to serve, of a file that a record names. Answer: ChunkRead; without bytes: it is not held.
// kNotFound: the record, or its body, is not here, or does not name the file.
struct ReadChunk {
  LogId log;
  EntryIndex index;
  Hash sha256;
  std::uint32_t number = 0;
};
struct ChunkRead {
  AttachmentState state;
  AttachmentChunk chunk;
};
// The digest of all chunks of a file that is held. Answer: Hash.
struct ReadDigest {
  AttachmentId id;
};

using IntentBody =
    std::variant<VerifyHeads, VerifyRun, VerifyBodies, CommitRun, CommitCursor, CommitEvidence, CommitBodies,
                 CommitFilter, CommitOutOfPolicy, CommitLived, CommitReadmission, CommitAsks, CommitRemoval,
                 ReadRun, ReadRoot, ReadRecords, ReadUnheld, ReadProof, VerifyChunk, CommitWant, CommitChunk,
                 CommitFinished, CommitDrop, ReadChunk, ReadDigest, VerifyEvidence, ReadEvidence>;
struct Intent {
  IntentId id;
  IntentBody body;
};

using Answer = std::variant<HeadsVerified, RunVerified, RunStored, Done, ServedRun, Hash,
                            std::vector<StoredRecord>, RunProof, BodiesVerified, AttachmentState, ChunkStored,
                            ChunkRead, FilterApplied, EvidenceRead>;
struct Completion {
  IntentId id;
  Result<Answer> answer;
};

}  // namespace koinon
