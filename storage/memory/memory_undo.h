// Transactions of the store in memory. For each step it keeps another that takes the step back. They run when
// a change fails, when a transaction is rolled back, and when power fails before a commit is durable.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "storage/store/refusals.h"

namespace koinon {

class MemoryUndo {
 public:
  using Step = std::function<void()>;
  // After `sync_after` transactions all becomes durable.
  explicit MemoryUndo(std::size_t sync_after) : sync_after_(sync_after) {}

  void begin(bool durable);
  Status commit();
  void rollback();
  // Takes back the last `transactions` of those that are not durable. The others become durable.
  void lose(std::size_t transactions);
  // Keeps a copy of the state as it is now, in place of an earlier copy. All that was committed becomes
  // durable. From then on no step is forgotten: memory grows with what is written.
  void keep_copy();
  // Takes back all that was committed since the copy was kept. The copy stays. False: no copy was kept.
  bool put_back();
  // How many committed transactions a crash could lose.
  std::size_t volatile_transactions() const { return volatile_.size(); }

  // Remembers how to take back the step that was just taken.
  void remember(Step step) { steps_.push_back(std::move(step)); }
  // Carries out one change. If it fails, what it did is taken back, and the changes before it stay. Outside
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
  void make_durable();

  std::size_t sync_after_;
  bool open_ = false;
  bool durable_ = false;
  std::vector<Step> steps_;                 // of the open transaction
  std::deque<std::vector<Step>> volatile_;  // of committed transactions that are not durable yet
  std::optional<std::vector<Step>> kept_;   // since a copy was kept: of durable transactions
};

}  // namespace koinon
