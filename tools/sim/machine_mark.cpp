#include "tools/sim/machine_mark.h"

#include <algorithm>

namespace koinon::sim {
namespace {

std::uint32_t counter(const MachineMark::State& state) { return state.epoch ? counter_of(*state.epoch) : 0; }

bool is_behind(const MachineMark::State& store, const MachineMark::State& named) {
  return counter(store) < counter(named) || (store.epoch == named.epoch && store.size < named.size);
}

}  // namespace

MachineMark::State MachineMark::of(Store& store, const LogId& own) {
  State state;
  if (const auto epoch = store.epoch(); epoch.ok()) state.epoch = *epoch;
  if (const auto log = store.log_state(own); log.ok()) {
    state.size = log->range.size();
    state.root = log->range.root();
  }
  return state;
}

MarkSays MachineMark::says(const State& store) const {
  if (named_.empty()) return MarkSays::kNone;
  if (std::find(named_.begin(), named_.end(), store) != named_.end()) return MarkSays::kAgrees;
  const bool behind =
      std::all_of(named_.begin(), named_.end(), [&](const State& named) { return is_behind(store, named); });
  return behind ? MarkSays::kBehind : MarkSays::kNone;
}

}  // namespace koinon::sim
