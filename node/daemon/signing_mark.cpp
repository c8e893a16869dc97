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
  auto file = MarkFile::open(folder, log);
  if (!file.ok() && out != nullptr)
    out->warning(
        "there is no mark of what was signed last: after each start peers are asked before this node signs",
        {{"reason", file.error().text()}});
  SigningMark mark(log, file.ok() ? std::optional(std::move(*file)) : std::nullopt, out);
  KOINON_ASSIGN(mark.now_, state_of(store, log));
  if (!mark.file_) return mark;
  if (const auto read = mark.file_->read(); read) mark.says_ = compare_mark(*read, mark.now_);
  mark.stands_ = mark.says_ == MarkSays::kAgrees;
  return mark;
}

Status SigningMark::take_away() {
  const Status removed = file_->remove();
  if (removed.ok()) return {};
  const std::string path = file_->path().string();
  return fail(
      Code::kUnavailable,
      Sentence{"signing.mark",
               "nothing is signed: the mark of what was signed last can be neither written nor removed, "
               "and would agree with an old copy of this node; remove {file}",
               {{"file", path}}},
      path);
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
