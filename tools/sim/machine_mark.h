// The mark of one machine: a small memory beside the data folder, which a reboot clears, and which no copy of
// the folder carries. It names the state of the store before and after what is being signed.
#pragma once

#include <vector>

#include "node/engine/engine_types.h"
#include "storage/store/store.h"

namespace koinon::sim {

class MachineMark {
 public:
  // What of a store the mark names.
  struct State {
    std::optional<Epoch> epoch;  // the current one
    TreeSize size;               // of our own log
    Hash root;
    bool operator==(const State&) const = default;
  };
  static State of(Store& store, const LogId& own);

  void clear() { named_.clear(); }
  void name(const State& state) { named_ = {state}; }
  void name(const State& before, const State& after) { named_ = {before, after}; }
  MarkSays says(const State& store) const;

 private:
  std::vector<State> named_;
};

}  // namespace koinon::sim
