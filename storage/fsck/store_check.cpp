#include "storage/fsck/store_check.h"

#include "storage/fsck/cosigned_check.h"
#include "storage/fsck/file_check.h"
#include "storage/fsck/index_check.h"
#include "storage/fsck/log_check.h"
#include "storage/sqlite/sqlite_connection.h"
#include "storage/store/schema.h"
#include "storage/store/sql_settings.h"
#include "storage/store/sqlite_store.h"

namespace koinon::fsck {
namespace {

constexpr const char* kPages = "PRAGMA integrity_check(100)";

struct LogRow {
  std::int64_t number = 0;
  std::string name;
  Bytes id;
};

Result<std::vector<LogRow>> log_rows(sql::Connection& db) {
  std::vector<LogRow> out;
  auto select = db.prepare("SELECT number, name, log_id FROM log WHERE size > 0 ORDER BY number");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.integer(0), select.text(1), Bytes(select.blob(2))});
  }
}

Status check_logs(sql::Connection& db, Report& report, const Progress& progress) {
  SqlSettings settings(db);
  SqlLogs logs(db);
  KOINON_ASSIGN(const auto own, settings.own_log());
  KOINON_ASSIGN(const StoreCounts counts, logs.counts());
  KOINON_ASSIGN(const auto rows, log_rows(db));
  for (const LogRow& row : rows) {
    const auto state = row.id.size() == LogId::kSize
                           ? logs.log_state(LogId::from(row.id))
                           : Result<LogState>(fail(Code::kIo, "its row is damaged"));
    if (!state.ok()) {
      report.add({row.name, "its row in the store is damaged", Remedy::kNone, row.number, 0, {}});
      continue;
    }
    const bool is_own = own == state->id;
    KOINON_TRY(LogCheck(db, *state, row.number, is_own, report).check());
    KOINON_TRY(check_cosigned_heads(db, *state, report));
    if (state->whole && state->journal_seq == JournalSeq(0))
      report.add({row.name, "it has no row in the journal, so that peers are not told of it",
                  is_own ? Remedy::kRestoreLog : Remedy::kFetchLog, row.number, 0, state->id});
    if (progress) progress(report.entries, counts.records);
  }
  return {};
}

// Sums that the store keeps of what it holds.
Status check_sums(sql::Connection& db, Report& report) {
  auto sums = db.prepare(
      "SELECT logs = (SELECT count(*) FROM log WHERE size > 0), records = (SELECT coalesce(sum(size), 0) "
      "FROM log), "
      "transit = (SELECT coalesce(sum(length(body)), 0) FROM transit) AND "
      "grace = (SELECT coalesce(sum(bytes), 0) FROM grace), "
      "files = (SELECT coalesce(sum(size), 0) FROM attachment WHERE wish < 3), "
      "NOT EXISTS (SELECT 1 FROM log WHERE grace <> (SELECT coalesce(sum(bytes), 0) FROM grace g "
      "WHERE g.id >= number << 40 AND g.id < (number + 1) << 40)) FROM total");
  KOINON_ASSIGN(const bool row, sums.step());
  bool right = row;
  for (int sum = 0; right && sum < 5; ++sum) right = sums.integer(sum) != 0;
  if (!right) report.add({"store.db", "its sums are wrong", Remedy::kCountAgain, 0, 0, {}});
  return {};
}

}  // namespace

// What SQLite itself finds wrong in the pages of a database.
Result<bool> check_pages(sqlite::Connection& db, const std::string& name, Remedy remedy, Report& report) {
  auto check = db.prepare(kPages);
  bool good = true;
  while (true) {
    const auto row = check.step();
    if (!row.ok()) {
      report.add({name, "its pages are damaged: " + row.error().message, remedy, 0, 0, {}});
      return false;
    }
    if (!*row) return good;
    if (check.text(0) == "ok") continue;
    good = false;
    report.add({name, "its pages are damaged: " + check.text(0), remedy, 0, 0, {}});
  }
}

namespace {

Status check_pages_of(const std::filesystem::path& data, const std::string& name, Remedy remedy,
                      Report& report) {
  std::error_code ignored;
  if (!std::filesystem::exists(data / name, ignored)) return {};
  KOINON_ASSIGN(auto db, sqlite::Connection::open(data / name, {true, false, ""}));
  KOINON_ASSIGN(const bool good, check_pages(db, name, remedy, report));
  (void)good;
  return {};
}

}  // namespace

Result<Report> check_folder(const std::filesystem::path& data, const Progress& progress) {
  Report report;
  // The index before the store, whose arrivals it follows.
  KOINON_ASSIGN(auto index, IndexCheck::open(data / "index.db", report));
  KOINON_ASSIGN(auto own, sqlite::Connection::open(data / "store.db", {true, false, ""}));
  KOINON_TRY(own.execute("BEGIN"));
  KOINON_TRY(check_store_schema(own));
  KOINON_ASSIGN(const bool readable, check_pages(own, "store.db", Remedy::kNone, report));
  const auto shared = sqlite::shared(std::move(own));
  sql::Connection& db = *shared;
  // What can be read of a store with damaged pages is looked at all the same.
  const auto look = [&]() -> Status {
    KOINON_TRY(check_logs(db, report, progress));
    KOINON_TRY(check_stray_cosignatures(db, report));
    KOINON_TRY(check_files(db, report));
    KOINON_TRY(check_sums(db, report));
    if (index) KOINON_TRY(index->check(db, report));
    return {};
  };
  const Status looked = look();
  if (!looked.ok() && readable) return looked.error();
  for (const char* name : {"office.db", "witness.db"})
    KOINON_TRY(check_pages_of(data, name, Remedy::kNone, report));
  KOINON_TRY(check_pages_of(data, grace_file(data / "store.db").filename(), Remedy::kDropKept, report));
  return report;
}

}  // namespace koinon::fsck
