// The mark: what a node last signed and cosigned, and in which epoch, kept outside its data folder, on a file
// system in memory, where no backup or snapshot of the folder carries it. Before a commit that signs or
// cosigns, it names the state before and the state after: either agrees. Pure; where the file lies, see
// node/daemon/mark_file.h.
#pragma once

#include <optional>
#include <string>

#include "crypto/epoch.h"
#include "crypto/log_state.h"
#include "node/engine/engine_types.h"

namespace koinon {

struct MarkState {
  std::uint64_t recoveries = 0;  // of our own log; a later recovery is newer, whatever size it keeps
  TreeSize size;  // of its newest head; as long as nothing was signed since a recovery: what that keeps
  Hash root;
  JournalSeq row;  // that this head has
  Epoch epoch;     // the store's current one
  // Store::cosignatures_made. A mark that an older version wrote says 0.
  std::uint64_t cosigned = 0;
  bool operator==(const MarkState&) const = default;
};
MarkState mark_state(const LogState& own, const Epoch& epoch, std::uint64_t cosigned);

struct Mark {
  MarkState before;
  MarkState after;
  // Peers are being asked whether the store is the newest: until they have answered nothing agrees.
  bool asks = false;
  bool operator==(const Mark&) const = default;
};

std::string mark_text(const Mark& mark);
// Anything that mark_text did not write is kMalformed.
Result<Mark> parse_mark(std::string_view text);

// kBehind: the store is older than both states; proof of a rollback. kNone: it is ahead of them, or has
// another history, which proves nothing and is no reason to sign; or it agrees, and peers were being asked. A
// later row of the same head agrees: rows are given without a signature too. A store that has made fewer
// cosignatures is older, whatever its log: that number never falls. So does a store of the same
// epoch that has taken in a recovery which keeps all of that head, and nothing else.
MarkSays compare_mark(const Mark& mark, const MarkState& store);

// When a running node writes its mark, and what stands in it then. The caller keeps the text: the daemon in a
// file, the simulator in the memory of its machine.
class MarkRules {
 public:
  // The node starts. `found`: the mark that lies there; none: nothing that can be read.
  MarkSays begin(const std::optional<Mark>& found, const MarkState& store);
  MarkSays says() const { return says_; }  // at the start

  // A new epoch is about to begin with this start. What to write; none: what lies there stays, as it did not
  // agree and may be the proof.
  std::optional<Mark> before_epoch(const MarkState& store, const Epoch& next);
  // `after`: the store as a commit that signs or cosigns will leave it. What to write; none: what lies there
  // is taken away, since the state that it would name as the one before is long past.
  std::optional<Mark> before_commit(const MarkState& after) const;
  // The store is the newest copy, as it stands. What to write; note_written says whether it was.
  Mark after_commit(const MarkState& store);
  void note_written(bool written) { stands_ = written; }
  // Peers are asked anew. Until after_commit the mark is no reason to sign, for later starts either; what it
  // proves of an older store it proves still. What to write; none: nothing.
  std::optional<Mark> ask_anew(std::optional<Mark> found);

 private:
  MarkSays says_ = MarkSays::kNone;
  bool stands_ = false;  // it names the store as it is, or as it is about to be
  MarkState now_;        // of the store, as it was marked or read last
};

}  // namespace koinon
