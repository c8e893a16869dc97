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
  return mark_state(own.ok() ? *own : LogState(), epoch);
}

}  // namespace

Result<SigningMark> SigningMark::open(const std::string& folder, const LogId& log, StoreReader& store,
                                      const DaemonLog* out) {
  SigningMark mark(folder, log, out);
  if (const Status opened = mark.open_file(); !opened.ok() && out != nullptr) {
    if (mark.old_one_stays_) {
      out->error(opened.error().text());
    } else {
      out->warning(
          "there is no mark of what was signed last: after each start peers are asked before this node signs",
          {{"reason", opened.error().text()}});
    }
  }
  KOINON_ASSIGN(mark.now_, state_of(store, log));
  if (!mark.file_) return mark;
  if (const auto read = mark.file_->read(); read) mark.says_ = compare_mark(*read, mark.now_);
  mark.stands_ = mark.says_ == MarkSays::kAgrees;
  return mark;
}

Status SigningMark::open_file() {
  auto file = MarkFile::open(folder_, log_);
  if (file.ok()) {
    old_one_stays_ = false;
    file_.emplace(std::move(*file));
    return {};
  }
  // Where another process has the mark nobody has looked for old ones.
  const Code code = file.error().code;
  old_one_stays_ = code == Code::kConflict || (code == Code::kUnavailable && old_one_stays_);
  *lost_ = true;
  return file.error();
}

Status SigningMark::take_away() {
  const Status removed = file_->remove();
  return removed.ok() ? Status() : again_as(Code::kUnavailable, removed.error(), removed.error().field);
}

Status SigningMark::keep(const Mark& mark) {
  const Status written = file_->write(mark);
  const bool before = !lost_->exchange(!written.ok());
  if (written.ok()) {
    if (!before && out_ != nullptr) out_->info("the mark of what was signed last is written again");
    return {};
  }
  const Status removed = take_away();
  if (before && out_ != nullptr && removed.ok())
    out_->warning(
        "the mark of what was signed last cannot be written and was taken away: without it peers are asked "
        "after the next start before this node signs",
        {{"reason", written.error().text()}});
  if (before && out_ != nullptr && !removed.ok())
    out_->error(removed.error().text(), {{"reason", written.error().text()}});
  return removed;
}

Status SigningMark::before_epoch(StoreReader& store, const Epoch& next) {
  if (!file_ || says_ != MarkSays::kAgrees) return {};
  KOINON_ASSIGN(now_, state_of(store, log_));
  MarkState after = now_;
  after.epoch = next;
  return keep({now_, after});
}

Status SigningMark::before_commit(StoreReader& store, const LogState& after) {
  if (old_one_stays_) {
    const Status opened = open_file();
    if (old_one_stays_) return again_as(Code::kUnavailable, opened.error(), opened.error().field);
  }
  if (!file_) return {};
  // It would name a state that is long past as the one before.
  if (!stands_) return take_away();
  KOINON_ASSIGN(const Epoch epoch, current_epoch(store));
  return keep({now_, mark_state(after, epoch)});
}

Status SigningMark::after_commit(StoreReader& store) {
  stands_ = false;
  KOINON_ASSIGN(now_, state_of(store, log_));
  if (!file_) return {};
  KOINON_TRY(keep({now_, now_}));
  stands_ = true;
  return {};
}

Status SigningMark::ask_anew() {
  stands_ = false;
  auto mark = file_ ? file_->read() : std::nullopt;
  if (!mark || mark->asks) return {};
  mark->asks = true;
  return keep(*mark);
}

}  // namespace koinon
