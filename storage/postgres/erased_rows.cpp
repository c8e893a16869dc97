#include "storage/postgres/erased_rows.h"

namespace koinon::postgres {
namespace {

constexpr std::chrono::minutes kVacuum{30};
constexpr std::chrono::hours kWriteAnew{6};
constexpr int kTries = 20;  // a tenth of a second each
// So long a table counts as new in the list: rounds come once a minute.
constexpr std::chrono::minutes kFresh{3};
// While it is written, whoever writes to it waits, and must show a sign of life within kLeaseTime.
constexpr std::int64_t kRewrittenAtOnce = std::int64_t{256} * 1024 * 1024;

bool is_in_use(const Error& error) { return error.id == "database.in_use"; }

}  // namespace

Result<bool> write_anew(Connection& db, const std::string& table, std::chrono::milliseconds deadline) {
  KOINON_TRY(db.execute("SET lock_timeout = '1s'"));
  const Status done = db.maintain("VACUUM FULL " + table, deadline);
  KOINON_TRY(db.execute("SET lock_timeout = 0"));
  if (done.ok()) return true;
  return is_in_use(done.error()) ? Result<bool>(false) : Result<bool>(done.error());
}

void end_old_log(Connection& db, std::chrono::milliseconds deadline) {
  (void)db.execute("SELECT pg_switch_wal()");
  (void)db.maintain("CHECKPOINT", deadline);
}

// What was taken, and is still there, was not written to its end: that process was killed, or the server.
Result<std::vector<ErasedRows::Table>> ErasedRows::tables() {
  std::vector<Table> out;
  auto select = db_.prepare(
      "SELECT name, (max(taken) = 1 OR min(since_ms) + ?1 <= now_ms) AND coalesce(pg_total_relation_size("
      "to_regclass(name)), 0) <= ?2, max(since_ms) + ?3 > now_ms FROM koinon_store.erased, (SELECT "
      "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now_ms) AS clock GROUP BY name, "
      "now_ms "
      "ORDER BY min(since_ms), name");
  select.bind(every_.count()).bind(kRewrittenAtOnce).bind(std::chrono::milliseconds(kFresh).count());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.text(0), select.integer(1) != 0, select.integer(2) != 0});
  }
}

// The note stays until the table is written. What is erased from now on is noted beside it.
Status ErasedRows::take(const Table& table) {
  return sql::transact(db_, true, [&]() -> Status {
    auto taken = db_.prepare(
        "INSERT INTO koinon_store.erased (name, taken, since_ms) SELECT name, 1, since_ms FROM "
        "koinon_store.erased WHERE name = ? AND taken = 0 ON CONFLICT (name, taken) DO NOTHING");
    KOINON_TRY(taken.bind_text(table.name).run());
    auto before = db_.prepare("DELETE FROM koinon_store.erased WHERE name = ? AND taken = 0");
    return before.bind_text(table.name).run();
  });
}

// Rows that were deleted stay in the table as long as a transaction that began before may see them, wherever
// in the database it reads. This user sees those of others where it has pg_read_all_stats.
Result<bool> ErasedRows::are_seen_by_none() {
  std::int64_t since = 0;
  {
    auto now = db_.prepare("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)");
    KOINON_TRY(now.step());
    since = now.integer(0);
  }
  for (int tries = 0; tries < kTries; ++tries) {
    auto others = db_.prepare(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid() AND CAST(extract(epoch FROM xact_start) * 1000000 AS BIGINT) < ?), CAST(pg_sleep("
        "CASE WHEN ? = 0 THEN 0 ELSE 0.1 END) AS TEXT)");
    KOINON_TRY(others.bind(since).bind(tries).step());
    if (others.integer(0) == 0) return true;
  }
  return false;
}

Result<bool> ErasedRows::write_anew(const Table& table) {
  KOINON_TRY(take(table));
  KOINON_ASSIGN(const bool unseen, are_seen_by_none());
  if (!unseen) return false;
  KOINON_ASSIGN(const bool written, postgres::write_anew(db_, table.name, kWriteAnew));
  if (!written) return false;
  auto forget = db_.prepare("DELETE FROM koinon_store.erased WHERE name = ? AND taken = 1");
  KOINON_TRY(forget.bind_text(table.name).run());
  return true;
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
    } else if (table.fresh) {
      KOINON_TRY(db_.maintain("VACUUM " + table.name, kVacuum));
    }
  }
  if (anew) end_old_log(db_, kVacuum);
  return all;
}

}  // namespace koinon::postgres
