#include "tools/sim/machine_mark.h"

namespace koinon::sim {
namespace {

Epoch epoch_of(Store& store) {
  const auto epoch = store.epoch();
  return epoch.ok() ? epoch->value_or(Epoch()) : Epoch();
}

MarkState state_of(Store& store, const LogId& own) {
  const auto log = store.log_state(own);
  const auto cosigned = store.cosignatures_made();
  return mark_state(log.ok() ? *log : LogState(), epoch_of(store), cosigned.ok() ? *cosigned : 0);
}

}  // namespace

std::optional<Mark> MachineMark::found() const {
  const auto mark = parse_mark(text_);
  return mark.ok() ? std::optional(*mark) : std::nullopt;
}

MarkSays MachineMark::start(Store& store, const LogId& own) {
  return rules_.begin(found(), state_of(store, own));
}

void MachineMark::before_epoch(Store& store, const LogId& own, const Epoch& next) {
  if (const auto mark = rules_.before_epoch(state_of(store, own), next); mark) text_ = mark_text(*mark);
}

void MachineMark::before_commit(Store& store, const LogId& own) {
  const auto mark = rules_.before_commit(state_of(store, own));
  text_ = mark ? mark_text(*mark) : std::string();
}

void MachineMark::after_commit(Store& store, const LogId& own) {
  text_ = mark_text(rules_.after_commit(state_of(store, own)));
  rules_.note_written(true);
}

void MachineMark::ask_anew() {
  if (const auto mark = rules_.ask_anew(found()); mark) text_ = mark_text(*mark);
}

}  // namespace koinon::sim
