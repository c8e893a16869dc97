#include "tools/sim/machine_mark.h"

namespace koinon::sim {
namespace {

Epoch epoch_of(Store& store) {
  const auto epoch = store.epoch();
  return epoch.ok() ? epoch->value_or(Epoch()) : Epoch();
}

}  // namespace

MarkState MachineMark::state_of(Store& store, const LogId& own) {
  const auto log = store.log_state(own);
  return mark_state(log.ok() ? *log : LogState(), epoch_of(store));
}

MarkSays MachineMark::start(Store& store, const LogId& own) {
  const MarkSays out = says(store, own);
  now_ = state_of(store, own);
  stands_ = out == MarkSays::kAgrees;
  return out;
}

MarkSays MachineMark::says(Store& store, const LogId& own) const {
  const auto mark = parse_mark(text_);
  return mark.ok() ? compare_mark(*mark, state_of(store, own)) : MarkSays::kNone;
}

void MachineMark::before_epoch(Store& store, const LogId& own, const Epoch& next) {
  now_ = state_of(store, own);
  if (says(store, own) != MarkSays::kAgrees) return;
  MarkState after = now_;
  after.epoch = next;
  text_ = mark_text({now_, after});
}

void MachineMark::before_commit(Store& store, const LogState& after) {
  // It would name a state that is long past as the one before.
  if (!stands_) return clear();
  text_ = mark_text({now_, mark_state(after, epoch_of(store))});
}

void MachineMark::after_commit(Store& store, const LogId& own) {
  now_ = state_of(store, own);
  text_ = mark_text({now_, now_});
  stands_ = true;
}

void MachineMark::ask_anew() {
  stands_ = false;
  auto mark = parse_mark(text_);
  if (!mark.ok()) return;
  mark->asks = true;
  text_ = mark_text(*mark);
}

}  // namespace koinon::sim
