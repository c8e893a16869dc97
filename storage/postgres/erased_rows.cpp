#include "storage/postgres/erased_rows.h"

namespace koinon::postgres {
namespace {

constexpr std::chrono::minutes kVacuum{30};
constexpr std::chrono::hours kWriteAnew{6};

bool is_in_use(const Error& error) { return error.id == "database.in_use"; }

}  // namespace

Result<std::vector<ErasedRows::Table>> ErasedRows::tables() {
  std::vector<Table> out;
  auto select = db_.prepare(
      "SELECT name, since_ms, since_ms + ? <= CAST(extract(epoch FROM clock_timestamp()) "
      "* 1000 AS BIGINT) FROM koinon_store.erased ORDER BY since_ms");
  select.bind(every_.count());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.text(0), select.integer(1), select.integer(2) != 0});
  }
}

// The note goes first: what is erased meanwhile is noted again.
Result<bool> ErasedRows::write_anew(const Table& table) {
  auto forget = db_.prepare("DELETE FROM koinon_store.erased WHERE name = ? AND since_ms = ?");
  KOINON_TRY(forget.bind_text(table.name).bind(table.since_ms).run());
  KOINON_TRY(db_.execute("SET lock_timeout = '1s'"));
  const Status done = db_.maintain("VACUUM FULL " + schema_ + "." + table.name, kWriteAnew);
  if (done.ok()) {
    vacuumed_.erase(table.name);
    KOINON_TRY(db_.execute("SET lock_timeout = 0"));
    return true;
  }
  auto again = db_.prepare(
      "INSERT INTO koinon_store.erased (name, since_ms) VALUES (?, ?) ON CONFLICT (name) DO "
      "UPDATE SET since_ms = excluded.since_ms");
  KOINON_TRY(again.bind_text(table.name).bind(table.since_ms).run());
  KOINON_TRY(db_.execute("SET lock_timeout = 0"));
  return is_in_use(done.error()) ? Result<bool>(false) : Result<bool>(done.error());
}

Result<bool> ErasedRows::fold() {
  KOINON_ASSIGN(const auto found, tables());
  bool all = true;
  bool anew = false;
  for (const Table& table : found) {
    if (table.due) {
      KOINON_ASSIGN(const bool written, write_anew(table));
      all = all && written;
      anew = anew || written;
    } else if (vacuumed_.insert(table.name).second) {
      KOINON_TRY(db_.maintain("VACUUM " + schema_ + "." + table.name, kVacuum));
    }
  }
  if (!anew) return all;
  // The write-ahead log has them as well. Its old files go at a checkpoint, where the server's wal_recycle is
  // off and this user may ask for one (RUNBOOK, "The hub").
  (void)db_.execute("SELECT pg_switch_wal()");
  (void)db_.maintain("CHECKPOINT", kVacuum);
  return all;
}

}  // namespace koinon::postgres
