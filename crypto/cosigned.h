// What cities have signed of a log's heads: cosignatures (C2SP tlog-cosignature) as plain values, and the
// rules that say which of them a node keeps. The engine makes them and the store keeps them.
//
// Pure functions, for any thread.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "crypto/log_state.h"

namespace koinon {

// One line of a head's note, beside the lines of the log itself.
struct CosignatureLine {
  LogId city;  // whose cosigner key signed it, or whose name it bears; the log itself: of an unknown kind
  NoteSignature signature;  // as it came
  // Unix seconds, as the cosigner states them. Nothing: the line is of a kind that is unknown here; it is
  // carried, and counts for nothing.
  std::optional<std::uint64_t> seconds;
  unsigned rank = 0;  // how near the city was when the line was verified: TrustPolicy::rank
  bool operator==(const CosignatureLine&) const = default;
};

// A head of a log, and who has cosigned it.
struct CosignedHead {
  std::uint64_t recoveries = 0;  // of its origin
  StoredHead head;               // its note has one line, by the log's own key
  UnixMillis since;              // when this node came to know it
  std::vector<CosignatureLine> lines;
  bool operator==(const CosignedHead&) const = default;

  std::size_t cities() const;  // lines that count
};

CosignedBrief brief_of(const CosignedHead& head);

// Whether what is stated next is smaller than, or contradicts, what was stated before. That the larger tree
// extends the smaller one is for whoever holds the tree to say.
bool may_follow(const std::optional<LastCosigned>& before, const LastCosigned& next);

// Lines of a head, after more were verified: the nearest cities first, one line a city that counts, the
// latest that came; at most limits::kCosignatures with the unknown ones. Those stand behind the others, yield
// to them, are limits::kUnknownLines at most, and none has more than limits::kUnknownLineBytes.
std::vector<CosignatureLine> merged_lines(std::vector<CosignatureLine> kept,
                                          const std::vector<CosignatureLine>& more);
// Puts a head among those that are kept, with the lines of both where it is known, and leaves out what is
// not kept: of the newest origin, the newest limits::kOpenHeads and the best-witnessed one stay; those that
// were open for limits::kOpenFor and are neither the newest nor the best-witnessed go. Of one size the head
// that comes stays, where another has another root. The newest first.
std::vector<CosignedHead> with_head(std::vector<CosignedHead> kept, const CosignedHead& head, UnixMillis now);
// That most cities have signed; of several the largest. Null: no city has signed any.
const CosignedHead* best_witnessed(const std::vector<CosignedHead>& heads);

// The note of a head with all its lines: at most limits::kHeadNoteLines lines and limits::kHeadNoteBytes;
// what is farther away is left out.
Bytes cosigned_note(const CosignedHead& head);

// Signs for this node's own city. kUnavailable: not now.
using CosignatureMaker = std::function<Result<CosignatureLine>(const Checkpoint&, UnixMillis now)>;

// A cosigner key that a log has named.
struct CosignerKey {
  PublicKey key;
  EntryIndex since;   // the entry that names it; 0: the Genesis
  bool lost = false;  // a later entry says that its holder lost track of what it had signed
};

// A cosigner whose lines are looked for in a note.
struct KnownCosigner {
  LogId city;
  VKey vkey;
  unsigned rank = 0;
};
// The checks of signatures, which a simulation remembers.
struct CosignedChecks {
  std::function<Result<KeyHistory::Head>(BytesView note, const KeyHistory& keys)> open =
      [](BytesView note, const KeyHistory& keys) { return keys.open_head(note); };
  std::function<Result<std::uint64_t>(const SignedNote& note, const VKey& cosigner)> cosignature =
      verify_cosignature;
};
// Reads a head's note: checks the log's own signature under its keys, and each line of these cosigners; each
// has another name, and the log's own cosigner counts for none of its heads. A line that does not verify is
// left out, as is every line of others. Lines of unknown kinds stay with the lines, if they bear the log's
// name or a cosigner's. `since` is the caller's. kRefused and kBadSignature as KeyHistory::open_head;
// kMalformed: it is no note; kTooLarge: limits::kHeadNoteBytes or limits::kHeadNoteLines.
Result<CosignedHead> open_cosigned(const KeyHistory& keys, BytesView note,
                                   const std::vector<KnownCosigner>& cosigners,
                                   const CosignedChecks& checks = {});
// The cities whose names stand in a note's lines, with the key IDs of each, without the log itself.
std::map<LogId, std::set<std::uint32_t>> cities_in(BytesView note, const LogId& log);

}  // namespace koinon
