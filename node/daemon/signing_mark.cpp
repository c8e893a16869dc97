#include "node/daemon/signing_mark.h"

namespace koinon {

Result<Epoch> current_epoch(StoreReader& store) {
  KOINON_ASSIGN(const auto epoch, store.epoch());
  return epoch.value_or(Epoch());
}

namespace {

Result<MarkState> state_of(StoreReader& store, const LogId& log) {
  auto own = store.log_state(log);
  if (!own.ok() && own.error().code != Code::kNotFound) return own.error();
  KOINON_ASSIGN(const Epoch epoch, current_epoch(store));
  KOINON_ASSIGN(const std::uint64_t cosigned, store.cosignatures_made());
  return mark_state(own.ok() ? *own : LogState(), epoch, cosigned);
}

}  // namespace

Result<SigningMark> SigningMark::open(MarkOpener opener, const LogId& log, StoreReader& store,
                                      const DaemonLog* out) {
  SigningMark mark(std::move(opener), log, out);
  if (const Status opened = mark.open_place(); !opened.ok() && out != nullptr) {
    if (mark.old_one_stays_) {
      out->error(log_event::kMarkNotKept, opened.error().text());
    } else {
      out->warning(
          log_event::kMarkNotKept,
          "there is no mark of what was signed last: after each start peers are asked before this node signs",
          {{"reason", opened.error().text()}});
    }
  }
  KOINON_ASSIGN(const MarkState now, state_of(store, log));
  mark.rules_.begin(mark.place_ ? mark.place_->read() : std::nullopt, now);
  return mark;
}

Status SigningMark::open_place() {
  auto place = opener_();
  if (place.ok()) {
    old_one_stays_ = false;
    place_ = std::move(*place);
    return {};
  }
  // Where another process has the mark nobody has looked for old ones.
  const Code code = place.error().code;
  old_one_stays_ = code == Code::kConflict || (code == Code::kUnavailable && old_one_stays_);
  *lost_ = true;
  return place.error();
}

Status SigningMark::take_away() {
  const Status removed = place_->remove();
  return removed.ok() ? Status() : again_as(Code::kUnavailable, removed.error(), removed.error().field);
}

Status SigningMark::keep(const Mark& mark) {
  const Status written = place_->write(mark);
  const bool before = !lost_->exchange(!written.ok());
  if (written.ok()) {
    if (!before && out_ != nullptr)
      out_->info(log_event::kMarkNotKept, "the mark of what was signed last is written again");
    return {};
  }
  const Status removed = take_away();
  if (before && out_ != nullptr && removed.ok())
    out_->warning(
        log_event::kMarkNotKept,
        "the mark of what was signed last cannot be written and was taken away: without it peers are asked "
        "after the next start before this node signs",
        {{"reason", written.error().text()}});
  if (before && out_ != nullptr && !removed.ok())
    out_->error(log_event::kMarkNotKept, removed.error().text(), {{"reason", written.error().text()}});
  return removed;
}

Status SigningMark::before_epoch(StoreReader& store, const Epoch& next) {
  KOINON_ASSIGN(const MarkState now, state_of(store, log_));
  const auto mark = rules_.before_epoch(now, next);
  return place_ && mark ? keep(*mark) : Status();
}

Status SigningMark::before_commit(StoreReader& store) {
  if (old_one_stays_) {
    const Status opened = open_place();
    if (old_one_stays_) return again_as(Code::kUnavailable, opened.error(), opened.error().field);
  }
  if (!place_) return {};
  KOINON_ASSIGN(const MarkState after, state_of(store, log_));
  const auto mark = rules_.before_commit(after);
  return mark ? keep(*mark) : take_away();
}

Status SigningMark::after_commit(StoreReader& store) {
  auto now = state_of(store, log_);
  if (!now.ok()) {
    rules_.note_written(false);
    return now.error();
  }
  const Mark mark = rules_.after_commit(*now);
  if (!place_) return {};
  const Status kept = keep(mark);
  rules_.note_written(kept.ok());
  return kept;
}

Status SigningMark::ask_anew() {
  const auto mark = rules_.ask_anew(place_ ? place_->read() : std::nullopt);
  return mark ? keep(*mark) : Status();
}

}  // namespace koinon
