#include "storage/store/sql_grace.h"

#include <limits>
#include <string>
#include <utility>

#include "proto/base/limits.h"
#include "storage/store/body_rules.h"
#include "storage/store/settings.h"
#include "storage/store/sql_settings.h"

namespace koinon {
namespace {

bool is_damaged(const Status& status) { return !status.ok() && status.error().id == "database.damaged"; }

}  // namespace

// A damaged file keeps no node from its work: what it has is to go soon in any case.
Status SqlGrace::open() {
  KOINON_ASSIGN(const auto lived, SqlSettings(store_).setting(kLived));
  lived_ = counted_ = lived_of(lived);
  Status opened = finish();
  if (is_damaged(opened)) {
    KOINON_TRY(engine_.remove_kept());
    opened = finish();
  }
  // A node whose disk is full starts all the same: until there is room nothing can be kept or taken away.
  if (!opened.ok()) return opened.error().code == Code::kDiskFull ? Status() : opened;
  KOINON_TRY(find_orphans());
  (void)tidy();
  return {};
}

// The disk may have been too full for it when the store was opened: tried again whenever it is used.
Status SqlGrace::finish() {
  if (kept_) return {};
  KOINON_ASSIGN(kept_, engine_.open_kept());
  return {};
}

// A commit of the store may have failed behind ours, or ours behind the store's. All that is kept is looked
// at, once after the file was opened.
Status SqlGrace::find_orphans() {
  if (looked_) return {};
  auto select = kept_->prepare("SELECT record, 0 FROM body");
  const auto all = rows(select);
  if (!all.ok() && !is_damaged(all.error())) return all.error();
  looked_ = true;
  if (!all.ok()) return {};
  for (const Kept& one : *all) {
    KOINON_ASSIGN(const bool noted, is_noted(one.record));
    if (!noted) gone_.push_back(one.record);
  }
  return {};
}

Status SqlGrace::remove(const std::vector<std::int64_t>& records) {
  KOINON_TRY(begin());
  for (const std::int64_t record : records) {
    auto gone = kept_->prepare("DELETE FROM body WHERE record = ?");
    KOINON_TRY(gone.bind(record).run());
  }
  KOINON_TRY(kept_->commit());
  open_ = false;
  return {};
}

Status SqlGrace::begin() {
  KOINON_TRY(check());
  if (open_) return {};
  KOINON_TRY(finish());
  KOINON_TRY(kept_->begin(true));
  open_ = true;
  return {};
}

// What is undone has taken along what earlier changes of the same commit have put: none of them may be
// committed.
Status SqlGrace::check() const {
  if (undone_) return *undone_;
  if (open_ && !kept_->in_transaction())
    return fail(Code::kIo, "the file has undone the transaction", "grace.db");
  return {};
}

Status SqlGrace::keep(std::int64_t record, BytesView body) {
  KOINON_TRY(begin());
  auto put = kept_->prepare(
      "INSERT INTO body (record, body) VALUES (?, ?) ON CONFLICT (record) DO UPDATE SET body = "
      "excluded.body");
  const Status kept = put.bind(record).bind_blob(body).run();
  if (!kept.ok() && !kept_->in_transaction()) undone_ = kept.error();
  return kept;
}

Status SqlGrace::put(std::int64_t record, BytesView body) {
  // An erasure does not wait for a file that is damaged: then nothing is kept.
  const Status kept = keep(record, body);
  if (!kept.ok() && !is_damaged(kept)) return kept;
  touched_.push_back(record);  // the change may still fail, and what was put of it stays in the file
  std::erase(gone_, record);
  // Not one statement: what is replaced must be taken off the log's sum.
  auto old = store_.prepare("DELETE FROM grace WHERE id = ?");
  KOINON_TRY(old.bind(record).run());
  auto note = store_.prepare("INSERT INTO grace (id, bytes, at_ms) VALUES (?, ?, ?)");
  return note.bind(record).bind(static_cast<std::int64_t>(body.size())).bind(lived_.count()).run();
}

Result<bool> SqlGrace::has_room(std::int64_t log_number, std::uint64_t bytes) {
  auto sums = store_.prepare(
      "SELECT (SELECT grace FROM log WHERE number = ?), (SELECT grace FROM total) - coalesce((SELECT "
      "grace FROM log WHERE log_id = (SELECT value FROM meta WHERE key = 'own_log')), 0)");
  KOINON_TRY(sums.bind(log_number).step());
  const auto of_others = static_cast<std::uint64_t>(std::max<std::int64_t>(0, sums.integer(1)));
  return has_grace_room(bytes, sums.number(0), of_others, quota_);
}

Result<bool> SqlGrace::is_noted(std::int64_t record) {
  auto find = store_.prepare("SELECT 1 FROM grace WHERE id = ?");
  return find.bind(record).step();
}

Result<std::optional<Bytes>> SqlGrace::body(std::int64_t record) {
  KOINON_ASSIGN(const bool noted, is_noted(record));
  if (!noted) return std::optional<Bytes>();
  auto kept = read(record);
  if (!kept.ok() && is_damaged(kept.error())) return std::optional<Bytes>();
  return kept;
}

// Nothing: a store out of a backup has the note alone.
Result<std::optional<Bytes>> SqlGrace::read(std::int64_t record) {
  KOINON_TRY(finish());
  auto select = kept_->prepare("SELECT body FROM body WHERE record = ?");
  KOINON_ASSIGN(const bool there, select.bind(record).step());
  return there ? std::optional(Bytes(select.blob(0))) : std::nullopt;
}

Result<bool> SqlGrace::drop(std::int64_t record) {
  auto gone = store_.prepare("DELETE FROM grace WHERE id = ?");
  KOINON_TRY(gone.bind(record).run());
  KOINON_ASSIGN(const std::int64_t dropped, store_.changes());
  if (dropped == 0) return false;
  touched_.push_back(record);
  return true;
}

Result<std::vector<SqlGrace::Kept>> SqlGrace::rows(sql::Statement& select) {
  std::vector<Kept> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.integer(0), select.number(1)});
  }
}

// `at_ms` says how long the node had run when the body was put.
Result<std::vector<SqlGrace::Kept>> SqlGrace::over(std::int64_t most) {
  auto select = store_.prepare("SELECT id, bytes FROM grace WHERE at_ms <= ? ORDER BY at_ms LIMIT ?");
  const std::int64_t since =
      keeps() ? lived_.count() - grace_.count() : std::numeric_limits<std::int64_t>::max();
  select.bind(since).bind(most);
  return rows(select);
}

Result<bool> SqlGrace::is_to_count() {
  auto last = store_.prepare("SELECT at_ms FROM grace ORDER BY at_ms DESC LIMIT 1");
  KOINON_ASSIGN(const bool keeps_some, last.step());
  if (!keeps_some) return false;
  return lived_ - counted_ >= limits::kEraseGraceCounted || last.integer(0) > lived_.count();
}

// A start after a crash counts from less, and versions before wrote a time of day: what was put later than
// now was put now.
Status SqlGrace::count() {
  auto ahead = store_.prepare("UPDATE grace SET at_ms = ?1 WHERE at_ms > ?1");
  KOINON_TRY(ahead.bind(lived_.count()).run());
  KOINON_TRY(SqlSettings(store_).set_setting(kLived, std::to_string(lived_.count())));
  counted_ = lived_;
  return {};
}

Result<std::vector<SqlGrace::Kept>> SqlGrace::between(std::int64_t begin, std::int64_t end,
                                                      std::int64_t most) {
  auto select = store_.prepare("SELECT id, bytes FROM grace WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
  select.bind(begin).bind(end).bind(most);
  return rows(select);
}

Status SqlGrace::before_commit() {
  if (!open_) return {};
  KOINON_TRY(check());
  KOINON_TRY(kept_->commit());
  open_ = false;
  return {};
}

// A body may be in the store again. As long as that is not on the disk, the one here stays.
void SqlGrace::after_commit(bool durable) {
  if (!durable || touched_.empty()) return;
  for (const std::int64_t record : std::exchange(touched_, {})) {
    // Those that were put, or whose drop failed, are kept on.
    const auto noted = is_noted(record);
    if (noted.ok() && !*noted) gone_.push_back(record);
  }
  (void)tidy();
}

bool SqlGrace::tidy() {
  if (!finish().ok() || !find_orphans().ok()) return false;
  if (!gone_.empty()) {
    if (!remove(gone_).ok()) {
      after_rollback();
      return false;
    }
    gone_.clear();
    unfolded_ = true;
  }
  if (!unfolded_) return true;
  const auto folded = kept_->fold();
  unfolded_ = !folded.ok() || !*folded;
  return !unfolded_;
}

void SqlGrace::after_rollback() {
  undone_.reset();
  if (std::exchange(open_, false)) kept_->rollback();
}

}  // namespace koinon
