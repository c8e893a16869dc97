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

// The note stays until the table is written. What is erased from now on is noted beside it, and waits for its
// own turn: this one may have begun too early for it.
Status ErasedRows::take(const Table& table) {
  auto taken = db_.prepare(
      "UPDATE koinon_store.erased AS e SET taken = 1 WHERE name = ? AND taken = 0 AND NOT EXISTS "
      "(SELECT 1 FROM koinon_store.erased AS t WHERE t.name = e.name AND t.taken = 1)");
  KOINON_TRY(taken.bind_text(table.name).run());
  // Who found the note of before, and left it at that, may still write. Its id was given before this one is.
  auto next = db_.prepare(
      "UPDATE koinon_store.erased SET next_xid = pg_current_xact_id() "
      "WHERE name = ? AND taken = 1 AND next_xid IS NULL");
  return next.bind_text(table.name).run();
}

// Deleted rows stay in a table that is written anew as long as a transaction may see them. By PostgreSQL's
// own rule (GetOldestNonRemovableTransactionId) those are: one in this database with an older snapshot; one
// that writes, in any database, because the snapshot of VACUUM FULL itself counts; and one on a copy of the
// server that says what it reads (hot_standby_feedback), be it by its slot. Who serves a copy is in no
// database. Where the database was put into another server, the transactions of the old one are over.
Result<bool> ErasedRows::are_seen_by_none(const Table& table) {
  for (int tries = 0; tries < kTries; ++tries) {
    auto seen = db_.prepare(
        "SELECT pg_snapshot_xmin(pg_current_snapshot()) < next OR EXISTS (SELECT 1 FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL) AND "
        "age(backend_xmin) > age(CAST(next AS xid))) OR EXISTS (SELECT 1 FROM pg_replication_slots WHERE "
        "wal_status IS DISTINCT FROM 'lost' AND age(xmin) > age(CAST(next AS xid))), "
        "CAST(pg_sleep(CASE WHEN ?2 = 0 THEN 0 ELSE 0.1 END) AS TEXT) FROM (SELECT CASE WHEN next_xid < now "
        "THEN next_xid ELSE now END AS next FROM koinon_store.erased, "
        "(SELECT pg_snapshot_xmax(pg_current_snapshot()) AS now) AS clock WHERE name = ?1 AND taken = 1) AS "
        "was_taken");
    KOINON_ASSIGN(const bool row, seen.bind_text(table.name).bind(tries).step());
    if (!row || seen.integer(0) == 0) return true;
  }
  return false;
}

Result<bool> ErasedRows::write_anew(const Table& table) {
  KOINON_TRY(take(table));
  KOINON_ASSIGN(const bool unseen, are_seen_by_none(table));
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
