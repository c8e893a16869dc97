// Transactions of the store in memory: what takes each step back, for a change that fails, a transaction that
// is rolled back, and power that goes before a commit was durable.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "storage/store/refusals.h"

namespace koinon {

class MemoryUndo {
 public:
  using Step = std::function<void()>;
  // After so many transactions what was not durable becomes so.
  explicit MemoryUndo(std::size_t sync_after) : sync_after_(sync_after) {}

  void begin(bool durable);
  Status commit();
  void rollback();
  // Takes back the last `transactions` that are not durable yet; the others are, from now on.
  void lose(std::size_t transactions);
  // How many committed transactions a crash could lose.
  std::size_t volatile_transactions() const { return volatile_.size(); }

  // What takes the step back that was just taken.
  void remember(Step step) { steps_.push_back(std::move(step)); }
  // Carries out one change: what a failed one did is taken back, and what stood before it stands. Outside
  // begin … commit it is refused. `act` returns a Status or a Result, and may be made of such changes itself.
  template <typename Act>
  auto change(Act act) -> decltype(act()) {
    if (!open_) return outside_transaction();
    const std::size_t before = steps_.size();
    auto result = act();
    if (!result.ok()) take_back(before);
    return result;
  }

 private:
  void take_back(std::size_t to);

  std::size_t sync_after_;
  bool open_ = false;
  bool durable_ = false;
  std::vector<Step> steps_;                 // of the open transaction
  std::deque<std::vector<Step>> volatile_;  // of committed transactions that are not durable yet
};

}  // namespace koinon
