#include "storage/store/sql_statements.h"

namespace koinon {

Result<std::vector<Bytes>> SqlStatements::of(const LogId& log) {
  std::vector<Bytes> out;
  auto select = db_.prepare("SELECT statement FROM rotation WHERE log_id = ? ORDER BY sequence");
  select.bind_blob(log.view());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.emplace_back(select.blob(0));
  }
}

Result<std::vector<KeptStatements>> SqlStatements::of_unheld() {
  std::vector<KeptStatements> out;
  auto select = db_.prepare(
      "SELECT r.log_id, r.statement FROM rotation r LEFT JOIN log l ON l.log_id = r.log_id AND l.size > 0 "
      "WHERE l.log_id IS NULL ORDER BY r.log_id, r.sequence");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() != LogId::kSize)
      return fail(Code::kIo, "a statement's row is damaged; restore the store", "rotation");
    const LogId log = LogId::from(select.blob(0));
    if (out.empty() || out.back().log != log) out.push_back({log, {}});
    out.back().notes.emplace_back(select.blob(1));
  }
}

Status SqlStatements::keep(const LogId& log, const std::vector<Bytes>& notes) {
  auto forget = db_.prepare("DELETE FROM rotation WHERE log_id = ?");
  KOINON_TRY(forget.bind_blob(log.view()).run());
  for (std::size_t i = 0; i < notes.size(); ++i) {
    auto put = db_.prepare("INSERT INTO rotation (log_id, sequence, statement) VALUES (?, ?, ?)");
    KOINON_TRY(put.bind_blob(log.view()).bind(static_cast<std::int64_t>(i + 1)).bind_blob(notes[i]).run());
  }
  return {};
}

}  // namespace koinon
