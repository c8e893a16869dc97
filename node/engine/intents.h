// What the engine asks of the world, and what the world answers.
//
// Everything slow is an Intent with a number; its Completion comes back as an input. Completions may come
// in any order. Commits are carried out in the order in which they were given, each either whole or not.
#pragma once

#include <type_traits>
#include <variant>

#include "node/engine/intent_answers.h"
#include "proto/codec/filter.h"

namespace koinon {

enum class IntentClass { kCheck, kRead, kWrite };

// What those who carry an intent out must know of it. Each intent states it beside its answer's type:
// a new one is its struct, a place in IntentBody, and its function in node/replication/execute.cpp.
struct IntentKind {
  IntentClass does;
  // It must not be lost once it is answered: what was replicated can be fetched again, evidence and what the
  // operator decided cannot.
  bool durable = false;
  bool makes_arrivals = false;  // it changes what arrivals show
};

// --- intents ---

// Opens signed checkpoints, each under the keys of its log. kRefused: a key signed it that has the word no
// more, or had not at that size: whoever passes it on may not know that.
struct VerifyHeads {
  using Answer = HeadsVerified;
  static constexpr IntentKind kKind{IntentClass::kCheck};
  struct Item {
    KeyHistory keys;  // as they are known here
    Bytes note;
    std::vector<Bytes> statements{};  // that came with it; none: it names no others than we have
  };
  std::vector<Item> items;
};

// Checks a run of records against a root: proof, bodies, Genesis where it starts at 0, and, where
// `head_note` is given, first the signature of the head that the root comes from.
struct VerifyRun {
  using Answer = RunVerified;
  static constexpr IntentKind kKind{IntentClass::kCheck};
  KeyHistory keys;
  EntryIndex from;
  std::vector<StoredRecord> records;  // as received: body and mark; state says what the mark said
  RunProof proof;
  TreeSize size;
  Hash root;
  Bytes head_note;    // empty: verified before
  BodyFilter filter;  // bodies that we want
};

// Checks bodies against what their entries commit to.
struct VerifyBodies {
  using Answer = BodiesVerified;
  static constexpr IntentKind kKind{IntentClass::kCheck};
  struct Item {
    EntryIndex index;
    Hash digest;
    std::uint32_t size = 0;
    Bytes body;
  };
  std::vector<Item> bodies;
};

// Checks one chunk of an attachment.
struct VerifyChunk {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kCheck};
  AttachmentId id;
  AttachmentChunk chunk;
};

// Checks evidence that a peer shows.
struct VerifyEvidence {
  using Answer = EvidenceVerified;
  static constexpr IntentKind kKind{IntentClass::kCheck};
  v1::Evidence evidence;
};

// Reads the note of a head that may have been cosigned: crypto/cosigned.h, open_cosigned.
struct VerifyCosigned {
  using Answer = CosignedHead;
  static constexpr IntentKind kKind{IntentClass::kCheck};
  KeyHistory keys;
  Bytes note;
  std::vector<KnownCosigner> cosigners;
};

// Stores a run and, in the same transaction, the cursor that it completes.
struct CommitRun {
  using Answer = RunStored;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .makes_arrivals = true};
  RunCommit run;
  std::optional<PeerCursor> cursor;
  // Files that policy wants with the run's bodies, if there is room.
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::vector<AttachmentWant> wants{};
  bool own = false;  // of our own log, which others gave back: the room that is kept is for it
};

struct CommitCursor {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  PeerCursor cursor;
};
// The answer has a new row where the log stands whole.
struct CommitEvidence {
  using Answer = RunStored;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  EvidenceCommit evidence;
  bool own = false;  // against our own log: the room that is kept is for it
};
// The answer has no row.
struct CommitBodies {
  using Answer = RunStored;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .makes_arrivals = true};
  BodiesCommit bodies;
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  std::vector<AttachmentWant> wants{};
  bool own = false;  // as of a run
};
// The bodies of some entries of a log follow a changed filter.
struct CommitFilter {
  using Answer = FilterApplied;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true, .makes_arrivals = true};
  LogId log;
  BodyFilter filter;
  UnixMillis now;
  EntryIndex from;
  std::uint64_t most = 0;  // entries
};
struct CommitOutOfPolicy {
  using Answer = Done;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  LogId log;
  UnixMillis since;
  std::chrono::milliseconds lived{0};  // how long this node had run by then
};
// How long this node has run.
struct CommitLived {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  std::chrono::milliseconds lived{0};
};
// The answer has a new row where the log stands whole.
struct CommitReadmission {
  using Answer = RunStored;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  LogId log;
};
// A head that was seen, so that it is known over a restart and after its log was removed. Its author may be
// told of it when nobody else remembers it.
struct CommitSeen {
  using Answer = Done;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  SeenHead seen;
};
// What a log has stated about its keys. Whoever has seen that a key was replaced never believes it again.
struct CommitStatements {
  using Answer = Done;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  LogId log;
  std::vector<Bytes> notes;
  std::optional<TreeSize> good_until;  // a seen head beyond it is forgotten: its key had not the word
};
// A log was taken back: a piece of what is void goes. Given again until it is done.
struct CommitRecovery {
  using Answer = Recovered;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true, .makes_arrivals = true};
  RecoveryCommit recovery;
};
// A peer has held entries of our own log.
struct CommitHolder {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  NodeKey peer;
};
// The operator's word: the peers whose answers are not waited for.
struct CommitExcused {
  using Answer = Done;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  std::vector<NodeKey> without;
};
// A rollback of our store was proven, or we sign again.
struct CommitRolledBack {
  using Answer = Done;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  bool rolled_back = false;
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out of braces
  UnixMillis at{};  // when it was found out
};
struct CommitAsks {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  std::vector<HeadAsk> asks;
  bool open = true;
};
struct CommitRemoval {
  using Answer = Done;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .makes_arrivals = true};
  LogId log;
  UnixMillis now;
};
// A file that a record names is to be fetched. The answer: how it is held now.
struct CommitWant {
  using Answer = AttachmentState;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  AttachmentWant want;
  UnixMillis now;
};
struct CommitChunk {
  using Answer = ChunkStored;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  ChunkCommit commit;
};
struct CommitFinished {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  AttachmentId id;
  bool whole = false;
};
struct CommitDrop {
  using Answer = Done;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  AttachmentId id;
};

// A head and its lines, verified. kConflict: another tree of that size is held. kNotFound: it is not held so
// far.
struct CommitCosigned {
  using Answer = CosignedKept;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  LogId log;
  CosignedHead head;
  UnixMillis now;
};
// Our own city cosigns a head that is kept, and held whole. What it has signed is durable, and the head with
// its journal row, before the line leaves. kConflict: its cosigner has said something else, or may not say
// this. kNotFound: the head is kept no more.
struct CommitCosign {
  using Answer = CosignedKept;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  LogId log;
  LastCosigned next;
  UnixMillis now;
  CosignatureMaker sign;
};
// The log has a new journal row: its cosignatures have become more.
struct CommitSetRow {
  using Answer = RunStored;
  static constexpr IntentKind kKind{IntentClass::kWrite};
  LogId log;
};

// A peer has shown an authentic epoch that the store has lost: a new one begins, which counts above it.
struct BeginEpoch {
  using Answer = EpochBegun;
  static constexpr IntentKind kKind{.does = IntentClass::kWrite, .durable = true};
  std::uint32_t shown = 0;  // counter of the lost one
  EpochMaker make;
};

// Reads a run to serve. Where `root` is given, the tree of that size must have it (kConflict if not).
struct ReadRun {
  using Answer = ServedRun;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  EntryIndex from;
  EntryIndex to;
  TreeSize size;
  std::optional<Hash> root;
  std::size_t max_bytes = 0;
};
struct ReadRoot {
  using Answer = Hash;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  TreeSize size;
};
// The answer: one record for each of the indexes in their order, at least one, until their bodies exceed
// max_bytes. An entry that is not held is empty.
struct ReadRecords {
  using Answer = std::vector<StoredRecord>;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  std::vector<EntryIndex> indexes;
  std::size_t max_bytes = 0;
};
// Entries whose bodies are not held here, from an index on.
struct ReadUnheld {
  using Answer = std::vector<StoredRecord>;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  EntryIndex from;
  std::size_t limit = 0;
};
// The hashes that show what the prefix of `at` entries is in the tree of `size`.
struct ReadProof {
  using Answer = RunProof;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  EntryIndex from;
  std::uint64_t count = 0;
  TreeSize size;
};

// The evidence that is kept against a log.
struct ReadEvidence {
  using Answer = EvidenceRead;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
};

// The cosigner keys that cities name now.
struct ReadCosigners {
  using Answer = CosignersRead;
  static constexpr IntentKind kKind{IntentClass::kRead};
  std::vector<LogId> cities;
};
// Heads of one log, with their lines, of these sizes.
struct ReadCosigned {
  using Answer = CosignedRead;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  std::vector<TreeSize> sizes;
};

// A chunk to serve, of a file that a record names. An answer without bytes: it is not held.
// kNotFound: the record, or its body, is not here, or does not name the file.
struct ReadChunk {
  using Answer = ChunkRead;
  static constexpr IntentKind kKind{IntentClass::kRead};
  LogId log;
  EntryIndex index;
  Hash sha256;
  std::uint32_t number = 0;
};
// The digest of all chunks of a file that is held.
struct ReadDigest {
  using Answer = Hash;
  static constexpr IntentKind kKind{IntentClass::kRead};
  AttachmentId id;
};

using IntentBody =
    std::variant<VerifyHeads, VerifyRun, VerifyBodies, CommitRun, CommitCursor, CommitEvidence, CommitBodies,
                 CommitFilter, CommitOutOfPolicy, CommitLived, CommitReadmission, CommitAsks, CommitRemoval,
                 ReadRun, ReadRoot, ReadRecords, ReadUnheld, ReadProof, VerifyChunk, CommitWant, CommitChunk,
                 CommitFinished, CommitDrop, ReadChunk, ReadDigest, VerifyEvidence, ReadEvidence, CommitSeen,
                 CommitStatements, CommitRecovery, CommitHolder, CommitExcused, CommitRolledBack, BeginEpoch,
                 VerifyCosigned, ReadCosigners, ReadCosigned, CommitCosigned, CommitCosign, CommitSetRow>;
struct Intent {
  IntentId id;
  IntentBody body;
};

// One alternative for each type of answer that an intent names.
template <typename Seen, typename... Rest>
struct DistinctAnswers {
  using Type = Seen;
};
template <typename... Seen, typename Next, typename... Rest>
struct DistinctAnswers<std::variant<Seen...>, Next, Rest...>
    : DistinctAnswers<std::conditional_t<(std::is_same_v<Seen, Next> || ...), std::variant<Seen...>,
                                         std::variant<Seen..., Next>>,
                      Rest...> {};
template <typename Body>
struct AnswersOf;
template <typename First, typename... Intents>
struct AnswersOf<std::variant<First, Intents...>>
    : DistinctAnswers<std::variant<typename First::Answer>, typename Intents::Answer...> {};

// The alternative is that of the intent which it answers.
using Answer = AnswersOf<IntentBody>::Type;
struct Completion {
  IntentId id;
  Result<Answer> answer;
};

}  // namespace koinon
