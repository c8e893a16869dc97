// What a node holds, as plain values: verified runs of logs, heads, peers, vouches. The engine makes them and
// the store keeps them. Neither knows the other.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/attachment.h"
#include "crypto/cosigned_brief.h"
#include "crypto/epoch.h"
#include "crypto/evidence_mark.h"
#include "crypto/key_history.h"
#include "crypto/proof.h"
#include "proto/codec/filter.h"

namespace koinon {

enum class BodyState : unsigned char {
  kHeld = 0,      // the body is here, or the entry has none
  kNotAsked = 1,  // our filter did not want it
  kErased = 2,    // a withdrawal took it away
  kNotHeld = 3,   // wanted, but no peer has sent it yet
};

struct StoredRecord {
  EntryIndex index;
  Bytes entry;
  Bytes body;
  BodyState state = BodyState::kHeld;
  EntryIndex erased_by;  // with kErased
  bool transit = false;  // the body is held for peers only: our own filter does not want it
  bool hidden = false;   // nobody is shown the body here: what erases it waits for its signature
};

// How many bytes a record counts for its log's quota: its entry, its body if we hold it for ourselves, and
// limits::kRecordBytes for the rest.
std::uint64_t bytes_held(std::size_t entry, std::size_t body);
std::uint64_t bytes_held(const std::vector<StoredRecord>& records);

struct StoredHead {
  TreeSize size;
  Hash root;
  Bytes note;  // signed checkpoint
  bool operator==(const StoredHead&) const = default;
};

struct LogState {
  LogId id;
  KeyHistory keys;                  // its first ones, and what statements that were seen made of them
  CompactRange range;               // of the entries held
  std::optional<StoredHead> whole;  // newest head that is held whole
  std::optional<StoredHead> seen;   // newest head that entries were proven against
  std::vector<Hash> seen_right;     // hashes right of range in the tree of `seen`; empty if all of it is held
  bool frozen = false;              // evidence of a fork is held
  std::optional<UnixMillis> out_since;     // when it fell out of our policy, for people
  std::chrono::milliseconds out_lived{0};  // StoreState::lived at that moment; the grace time counts from it
  JournalSeq journal_seq;                  // its row in the journal; 0: none
  // Where no head is `seen`: under the origin of so many recoveries it was held before a later one came.
  std::uint64_t held_under = 0;
  std::uint64_t bytes = 0;  // sum of bytes_held of its records

  const LogIdentity& identity() const { return keys.identity(); }
};

struct PeerRecord {
  NodeKey node_key;
  std::optional<LogId> log;  // none: an observer
  std::string vkey;          // empty for an observer
  std::string name;
  std::string address;  // HOST:PORT, or empty
  bool vouch = true;    // publish a vouch once a session has proven the key
  UnixMillis added_at;
  std::optional<Epoch> epoch;  // of the peer, in which the cursor counts; none: nothing of it was read yet
  JournalSeq cursor;           // the last row of its journal that is done
  bool held_ours = false;      // it has held entries of our own log
  bool paused = false;         // nothing is exchanged with it, by the operator's word
};

// A head of a log that was seen, its signature verified, whether or not its entries are held.
struct SeenHead {
  LogId log;
  std::uint64_t recoveries = 0;  // N of its origin; heads are ordered by it, then by size
  StoredHead head;
};
bool is_larger(const SeenHead& one, const SeenHead& other);
// The largest head of a log that is held. Nothing: no head of it is.
std::optional<SeenHead> largest_seen(const LogState& log);

// An invite that was given out. One that is over is remembered for a while (limits::kInviteRemembered):
// whoever tries it again is no node that knocks.
struct InviteRecord {
  NodeKey key;            // of the one-time TLS key
  std::string expects;    // the name that may join; empty: any
  UnixMillis expires_at;  // below zero: it was used or revoked then, with the sign turned

  bool was_ended() const { return expires_at.value < 0; }
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

// What an entry of a log takes back.
struct WithdrawalFact {
  EntryIndex index;   // of the withdrawal
  EntryIndex target;  // an earlier entry of the same log
  bool erase = false;
};

// Keys that an entry of a log names in place of those before: cosigner, sealing and node key.
struct KeysFact {
  EntryIndex index;
  LogKeys keys;
  // Its node has lost track of what the cosigner keys before this one signed.
  bool cosigner_lost = false;
};

// Whether the log id, the name and the vkey belong to one log.
bool names_one_log(const LogId& log, std::string_view name, std::string_view vkey);
// What an entry says about another city. Nothing if it is not a vouch, cannot be read, or its log id, name
// and vkey do not belong to one log.
std::optional<VouchFact> vouch_of(const LogId& voucher, EntryIndex index, const v1::Entry& entry);

// What an entry takes back. Nothing if it is not a withdrawal, cannot be read, or names no earlier entry.
std::optional<WithdrawalFact> withdrawal_of(EntryIndex index, const v1::Entry& entry);

// The keys that an entry names. Nothing if it names none, or does not prove them.
std::optional<KeysFact> keys_of(const LogId& log, EntryIndex index, const v1::Entry& entry);
// The same of consecutive entries, from `from` on; null: it cannot be read. Left out are those that name the
// same keys as the one before. However a log is cut into runs, all of its keys are in one of them.
std::vector<KeysFact> keys_of_run(const LogId& log, EntryIndex from,
                                  const std::vector<const v1::Entry*>& entries);

struct PeerCursor {
  NodeKey peer;
  Epoch epoch;  // of the peer
  JournalSeq seq;
};

// A verified run of entries that extends a log, and the head that proved it.
struct RunCommit {
  LogIdentity identity;
  LogId log;
  std::vector<StoredRecord> records;  // consecutive; the first one follows the last that is held
  std::vector<Hash> leaves;           // their leaf hashes
  CompactRange after;                 // of everything up to and including the run
  StoredHead head;          // the run was proven against it; the log is whole if its size is after.size()
  std::vector<Hash> right;  // hashes right of the run in the tree of `head`
  std::vector<VouchFact> vouches;           // stated by entries of the run
  std::vector<WithdrawalFact> withdrawals;  // stated by entries of the run
  std::vector<AttachmentFact> attachments;  // named by bodies of the run
  std::vector<KeysFact> keys;               // named by entries of the run, in order
  std::vector<Bytes> own_contents;          // own log: content digest of each record (empty: none)
  UnixMillis arrived_at;
  std::optional<NodeKey> source;  // the peer that sent it; none: we wrote it
};
// Runs of one log, each of which begins where the one before it ends. Viewed.
using RunsInOrder = std::span<const RunCommit* const>;

struct EvidenceCommit {
  LogId log;
  Bytes evidence;  // serialised koinon.v1.Evidence
  UnixMillis at;
};

// The operator's word: the log of another city goes on here, whatever is held against it now.
struct ThawCommit {
  LogId log;
  std::string by;  // the operator's account
  UnixMillis at;
};
struct Thaw {
  Hash digest;  // of the evidence: EvidenceMark
  std::string by;
  UnixMillis at;
};
// Evidence as it is held. What was thawed freezes the log no more, and is remembered by its digest.
struct KeptEvidence {
  Bytes bytes;                 // serialised koinon.v1.Evidence
  std::optional<Thaw> thawed;  // none: it freezes the log
};
// Whether some of it freezes the log.
bool freezes(const std::vector<KeptEvidence>& kept);
// What was thawed of a log, for a start.
struct ThawedEvidence {
  LogId log;
  EvidenceMark mark;
};

// A log was taken back with its recovery key: what the keys before it signed beyond `size` is void.
struct RecoveryCommit {
  LogId log;
  std::vector<Bytes> notes;      // all statements about its keys; a node may have missed more than the last
  std::uint64_t recoveries = 0;  // so many of them are recoveries
  TreeSize size;                 // that this one keeps
  Hash root;                     // of the log at that size
  BodyFilter filter;             // bodies that we want of what a void withdrawal had taken away
  UnixMillis now;
  bool anew = false;  // a head contradicts what is held: it is another branch than that of the last recovery
  // Signed under the current origin, of `size` entries: the log stands whole with it.
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::optional<StoredHead> head{};
};
// What is left of it.
struct Recovered {
  bool contradicted = false;       // the recovery key has said two things: all stays as it was, frozen
  bool done = true;                // false: there is more to take away, asked for by the same commit
  std::optional<LogState> log;     // as it is held now; none: nothing of it is
  std::vector<VouchFact> vouches;  // that it stated, and that stand
};

// Bodies that came after their entries. Verified against the entries' digests.
struct BodiesCommit {
  struct Item {
    EntryIndex index;
    Bytes body;
    bool transit = false;  // held for peers only: our own filter does not want them
  };
  LogId log;
  std::vector<Item> bodies;
  UnixMillis arrived_at;
  std::optional<NodeKey> source;  // the peer that sent them
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::vector<AttachmentFact> attachments{};  // named by these bodies
};

// Heads to ask a peer for by name. Policy refused these rows of its journal when we read them, and admits
// them now.
using HeadAsk = std::pair<NodeKey, LogId>;

// Why a file is wanted that is not here. If there is too little room, a later reason wins over an earlier
// one.
enum class AttachmentWish : unsigned char {
  kForPeer = 0,   // a peer asked us to look for it
  kByPolicy = 1,  // files up to a size are fetched with their notes
  kByHand = 2,    // somebody asked for it
  kOwn = 3,       // a note of our own names it: it gives way to nothing, and takes no room of others
};

// A file to fetch.
struct AttachmentWant {
  LogId log;
  EntryIndex index;  // of a record that names it
  AttachmentId id;
  AttachmentWish wish = AttachmentWish::kByHand;
  std::uint32_t chunks_held = 0;  // all chunks with a lower number are held
};

// What is held of a file that a record names.
struct AttachmentState {
  AttachmentId id;
  std::uint32_t chunks_held = 0;
  bool complete = false;  // all of it is held, and it has the digest that the record names
  bool broken = false;    // its chunks are proven, but they have another digest: the author made a mistake
};

struct ChunkCommit {
  LogId log;
  EntryIndex index;
  AttachmentId id;
  AttachmentWish wish = AttachmentWish::kByHand;
  AttachmentChunk chunk;  // verified
  UnixMillis now;
};

// Statements about the keys of a log of which nothing is held: they outlive its removal.
struct KeptStatements {
  LogId log;
  std::vector<Bytes> notes;
};

struct StoreState {
  std::vector<EpochRange> epochs;   // oldest first; the last one is the current
  bool epoch_begun = true;          // since the store was opened; false: the disk was full
  std::uint32_t epoch_handled = 0;  // the largest counter that was shown as proof of a rollback
  Bytes instance_token;             // 16 bytes
  std::optional<LogId> own_log;
  bool restored = false;  // it comes from a restore, and has not been found to be the newest copy since
  std::vector<LogState> logs;
  std::vector<PeerRecord> peers;
  std::vector<VouchFact> vouches;      // the latest of each voucher for each target
  std::vector<LogId> blocked;          // by the operator
  std::vector<LogId> forked;           // logs that evidence freezes, even if no entry of them is held
  std::vector<LogId> for_good;         // those of them that nothing thaws
  std::vector<ThawedEvidence> thawed;  // evidence that freezes nothing, by the operator's word
  std::vector<HeadAsk> asks;
  std::vector<InviteRecord> invites;
  std::vector<AttachmentWant> wants;  // not complete yet; without those that only peers want
  std::vector<KeptStatements> statements;
  std::vector<SeenHead> seen_heads;  // larger than what is held of these logs when they were seen
  // Of logs whose heads were cosigned, by our own city or by others.
  std::vector<LogCosigned> cosigned;
  JournalSeq last_journal_seq;  // the newest number that a row was given
  std::chrono::milliseconds lived{
      0};  // how long this node has run over all its starts; may be too short, never too long
};

// A run as peers get it: records from `from` on, as many as a number of bytes allows but at least one, proven
// against `size`.
struct ServedRun {
  std::vector<StoredRecord> records;
  RunProof proof;
};

}  // namespace koinon
