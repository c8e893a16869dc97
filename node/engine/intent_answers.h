// What the world answers to the engine's intents (intents.h). Plain values.
#pragma once

#include <optional>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/cosigned.h"
#include "crypto/log_state.h"
#include "koinon/v1/wire.pb.h"

namespace koinon {

// A head that a key of the log's signed which has the word.
struct HeadVerified {
  Checkpoint checkpoint;
  std::optional<KeyHistory> told;  // came with it, says another thing than ours, and is to be looked at
};
using HeadsVerified = std::vector<Result<HeadVerified>>;

struct RunVerified {
  std::vector<StoredRecord> records;
  std::vector<Hash> leaves;
  std::vector<Hash> left;   // as the peer proved it; must equal our own compact range
  std::vector<Hash> right;  // of the run in the tree that it was proven against
  CompactRange after;
  std::vector<VouchFact> vouches;
  std::vector<WithdrawalFact> withdrawals;
  std::vector<AttachmentFact> attachments;
  std::vector<KeysFact> keys;
};

struct BodiesVerified {
  std::vector<AttachmentFact> attachments;  // that these bodies name
};

struct RunStored {
  JournalSeq journal_seq;   // 0: the log does not stand whole yet
  std::uint64_t bytes = 0;  // held of the log now; only of a run and of bodies
};

struct FilterApplied {
  std::optional<EntryIndex> next;  // where to go on; none: these were the last
  std::uint64_t bytes = 0;         // held of the log now
};

struct ChunkStored {
  std::uint32_t held = 0;
};

struct EvidenceVerified {
  KeyHistory keys;             // of the log, as far as the evidence shows them
  bool of_statements = false;  // two statements contradict each other; else two heads do
  bool for_good = false;       // of the recovery key: no later one voids that
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  EvidenceMark mark{};  // which contradiction it is
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  v1::Evidence normal{};  // as it is kept and passed on
};

struct EvidenceRead {
  std::vector<KeptEvidence> evidence;  // the oldest first
};

struct ChunkRead {
  AttachmentState state;
  AttachmentChunk chunk;
};

struct EpochBegun {
  std::vector<EpochRange> epochs;  // all that the store knows now, the new one last
};

// The cosigner key of each city that was asked for; none: it is not known here.
struct CosignersRead {
  std::vector<std::optional<PublicKey>> keys;
};

struct CosignedRead {
  std::vector<CosignedHead> heads;  // those that are kept, of the ones asked for
};

struct CosignedKept {
  std::vector<CosignedBrief> heads;  // all that are kept of the log now, the newest first
  // The head that our own city has signed, with this one line, which may leave now; of CommitCosign alone.
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::optional<CosignedHead> own{};
};

// Nothing but that it was done.
struct Done {};

}  // namespace koinon
