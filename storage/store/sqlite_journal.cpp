#include "storage/store/sqlite_journal.h"

#include "proto/base/limits.h"

namespace koinon {

Status SqliteJournal::prepare() {
  KOINON_ASSIGN(const auto reserved, settings_.meta("journal_reserved"));
  reserved_ = reserved ? std::strtoull(reserved->c_str(), nullptr, 10) : 1;
  next_ = reserved_;
  return {};
}

bool SqliteJournal::is_short() const { return reserved_ - next_ < limits::kJournalBlock / 2; }

Status SqliteJournal::reserve() {
  const std::uint64_t reserved = next_ + limits::kJournalBlock;
  KOINON_TRY(settings_.put_meta("journal_reserved", std::to_string(reserved)));
  reserved_ = reserved;
  return {};
}

Result<JournalSeq> SqliteJournal::write_row(std::int64_t log_number) {
  if (next_ >= reserved_) return fail(Code::kInternal, "no journal number is reserved", "journal");
  auto remove = db_.prepare("DELETE FROM journal WHERE log = ?");
  KOINON_TRY(remove.bind(log_number).run());
  auto insert = db_.prepare("INSERT INTO journal (seq, log) VALUES (?, ?)");
  KOINON_TRY(insert.bind(static_cast<std::int64_t>(next_)).bind(log_number).run());
  return JournalSeq(next_++);
}

}  // namespace koinon
