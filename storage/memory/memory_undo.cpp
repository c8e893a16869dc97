#include "storage/memory/memory_undo.h"

#include <iterator>
#include <utility>

namespace koinon {

void MemoryUndo::begin(bool durable) {
  durable_ = durable;
  open_ = true;
}

Status MemoryUndo::commit() {
  if (!open_) return outside_transaction();
  open_ = false;
  volatile_.push_back(std::exchange(steps_, {}));
  if (durable_ || volatile_.size() > sync_after_) make_durable();
  return {};
}

void MemoryUndo::rollback() {
  open_ = false;
  take_back(0);
}

void MemoryUndo::lose(std::size_t transactions) {
  rollback();
  for (; transactions > 0 && !volatile_.empty(); --transactions) {
    steps_ = std::move(volatile_.back());
    volatile_.pop_back();
    take_back(0);
  }
  make_durable();
}

void MemoryUndo::make_durable() {
  for (auto& steps : volatile_) {
    if (kept_)
      kept_->insert(kept_->end(), std::move_iterator(steps.begin()), std::move_iterator(steps.end()));
  }
  volatile_.clear();
}

void MemoryUndo::keep_copy() {
  make_durable();
  kept_.emplace();
}

bool MemoryUndo::put_back() {
  if (!kept_) return false;
  lose(0);
  steps_ = std::exchange(*kept_, {});
  take_back(0);
  return true;
}

void MemoryUndo::take_back(std::size_t to) {
  for (; steps_.size() > to; steps_.pop_back()) steps_.back()();
}

}  // namespace koinon
