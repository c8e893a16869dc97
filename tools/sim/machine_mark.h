// The mark of one machine: what the daemon writes outside the data folder (node/daemon/signing_mark.h), in a
// memory that a reboot clears and that no copy of the folder carries. The rule is that of
// node/replication/mark.h.
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
  MarkSays says(Store& store, const LogId& own) const;

  // Before an epoch begins, and after. Where the mark did not agree it stays as it is: it may be the proof.
  void before_epoch(Store& store, const LogId& own, const Epoch& next);
  // Inside the transaction that signs, and after its commit.
  void before_commit(Store& store, const LogState& after);
  void after_commit(Store& store, const LogId& own);

 private:
  static MarkState state_of(Store& store, const LogId& own);

  std::string text_;  // empty: there is none
  MarkState now_;
};

}  // namespace koinon::sim
