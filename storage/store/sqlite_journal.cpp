#include "storage/store/sqlite_journal.h"

namespace koinon {

Status SqliteJournal::prepare() {
  KOINON_ASSIGN(const auto reserved, settings_.meta("journal_reserved"));
  numbers_.start(reserved ? std::strtoull(reserved->c_str(), nullptr, 10) : 1);
  return {};
}

Status SqliteJournal::reserve() {
  const std::uint64_t reserved = numbers_.next_block();
  KOINON_TRY(settings_.put_meta("journal_reserved", std::to_string(reserved)));
  numbers_.set_reserved(reserved);
  return {};
}

Result<JournalSeq> SqliteJournal::write_row(std::int64_t log_number) {
  KOINON_ASSIGN(const JournalSeq seq, numbers_.next());
  KOINON_TRY(drop_row(log_number));
  auto insert = db_.prepare("INSERT INTO journal (seq, log) VALUES (?, ?)");
  KOINON_TRY(insert.bind(static_cast<std::int64_t>(seq.value)).bind(log_number).run());
  numbers_.pass();
  return seq;
}

Status SqliteJournal::drop_row(std::int64_t log_number) {
  auto remove = db_.prepare("DELETE FROM journal WHERE log = ?");
  return remove.bind(log_number).run();
}

}  // namespace koinon
