// The mark: what a node last signed, and in which epoch, kept outside its data folder, on a file system in
// memory, where no backup or snapshot of the folder carries it. Before a commit that signs, it names the
// state before and the state after: either agrees. Pure; where the file lies and who writes it, see
// node/daemon/mark_file.h.
#pragma once

#include <string>

#include "crypto/epoch.h"
#include "crypto/log_state.h"
#include "node/engine/engine_types.h"

namespace koinon {

struct MarkState {
  TreeSize size;  // of the newest head of our own log
  Hash root;
  JournalSeq row;  // that this head has
  Epoch epoch;     // the store's current one
  bool operator==(const MarkState&) const = default;
};
MarkState mark_state(const LogState& own, const Epoch& epoch);

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
// later row of the same head agrees: rows are given without a signature too.
MarkSays compare_mark(const Mark& mark, const MarkState& store);

}  // namespace koinon
