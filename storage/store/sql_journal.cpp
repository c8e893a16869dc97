#include "storage/store/sql_journal.h"

namespace koinon {

Result<JournalSeq> SqlJournal::write_row(std::int64_t log_number) {
  KOINON_ASSIGN(const JournalSeq seq, epochs_.next_row());
  KOINON_TRY(drop_row(log_number));
  auto insert = db_.prepare("INSERT INTO journal (seq, log) VALUES (?, ?)");
  KOINON_TRY(insert.bind(static_cast<std::int64_t>(seq.value)).bind(log_number).run());
  return seq;
}

Status SqlJournal::drop_row(std::int64_t log_number) {
  auto remove = db_.prepare("DELETE FROM journal WHERE log = ?");
  return remove.bind(log_number).run();
}

}  // namespace koinon
