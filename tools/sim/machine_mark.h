// The mark of one machine, in a memory that a reboot clears and that no copy of the folder carries. What it
// says, and when it is written, are the rules of node/replication/mark.h.
#pragma once

#include <optional>
#include <string>

#include "node/replication/mark.h"
#include "storage/store/store.h"

namespace koinon::sim {

class MachineMark {
 public:
  // The machine reboots.
  void clear() { text_.clear(); }
  // The process starts: what the mark says of the store as it was opened.
  MarkSays start(Store& store, const LogId& own);

  // Before an epoch begins, and after. Where the mark did not agree it stays as it is: it may be the proof.
  void before_epoch(Store& store, const LogId& own, const Epoch& next);
  // Inside the transaction that signs or cosigns, and after its commit.
  void before_commit(Store& store, const LogId& own);
  void after_commit(Store& store, const LogId& own);
  // Peers are asked anew. Until after_commit the mark is no reason to sign, for later starts either.
  void ask_anew();

 private:
  std::optional<Mark> found() const;

  std::string text_;  // empty: there is none
  MarkRules rules_;
};

}  // namespace koinon::sim
