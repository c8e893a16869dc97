#include "storage/postgres/erased_rows.h"

#include <algorithm>
#include <utility>

namespace koinon::postgres {
namespace {

constexpr std::chrono::minutes kVacuum{30};
constexpr std::chrono::hours kWriteAnew{6};
constexpr std::chrono::minutes kNowAndThen{1};

bool is_in_use(const Error& error) { return error.id == "database.in_use"; }

}  // namespace

Result<bool> write_anew(Connection& db, const std::string& table) {
  KOINON_TRY(db.execute("SET lock_timeout = '1s'"));
  const Status done = db.maintain("VACUUM FULL " + table, kWriteAnew);
  KOINON_TRY(db.execute("SET lock_timeout = 0"));
  if (done.ok()) return true;
  return is_in_use(done.error()) ? Result<bool>(false) : Result<bool>(done.error());
}

void end_old_log(Connection& db) {
  (void)db.execute("SELECT pg_switch_wal()");
  (void)db.maintain("CHECKPOINT", kVacuum);
}

// What was taken, and is still there, was not written to its end: that process was killed, or the server.
Result<std::vector<ErasedRows::Table>> ErasedRows::tables() {
  std::vector<Table> out;
  auto select = db_.prepare(
      "SELECT name, max(taken) = 1 OR min(since_ms) + ? <= CAST(extract(epoch FROM clock_timestamp()) * 1000 "
      "AS BIGINT) FROM koinon_store.erased GROUP BY name ORDER BY min(since_ms), name");
  select.bind(every_.count());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.text(0), select.integer(1) != 0});
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

Result<bool> ErasedRows::write_anew(const Table& table) {
  KOINON_TRY(take(table));
  KOINON_ASSIGN(const bool written, postgres::write_anew(db_, table.name));
  if (!written) return false;
  vacuumed_.erase(table.name);
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
    } else if (vacuumed_.insert(table.name).second) {
      KOINON_TRY(db_.maintain("VACUUM " + table.name, kVacuum));
    }
  }
  if (anew) end_old_log(db_);
  return all;
}

// If it fails, the next one comes.
void ErasedRows::fold_now_and_then() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::min<std::chrono::milliseconds>(kNowAndThen, every_);
  (void)fold();
}

}  // namespace koinon::postgres
