#include "storage/postgres/schema_steps.h"

namespace koinon::postgres {
namespace {

constexpr std::chrono::hours kStep{2};  // the service manager waits for a start as long (daemon_store.cpp)

std::string version_table(const sql::ServerSchema& schema) {
  return std::string(schema.name) + ".schema_version";
}

int newest(const sql::ServerSchema& schema) { return static_cast<int>(schema.steps.size()); }

Error of_newer_program(const sql::ServerSchema& schema, int version) {
  return fail(Code::kRefused,
              "it was written by a newer version of Koinon (schema " + std::to_string(version) +
                  ", and this one knows " + std::to_string(newest(schema)) +
                  "), and nothing was changed; install that version again, or put back the backup that was "
                  "made before the upgrade (RUNBOOK, \"Upgrade\")",
              std::string(schema.name));
}

Status take_steps(Connection& db, const sql::ServerSchema& schema) {
  KOINON_TRY(db.execute("CREATE SCHEMA IF NOT EXISTS " + std::string(schema.name)));
  KOINON_TRY(db.execute("CREATE TABLE IF NOT EXISTS " + version_table(schema) +
                        " (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL)"));
  // Whoever else takes steps waits here.
  KOINON_TRY(db.execute("LOCK TABLE " + version_table(schema) + " IN ACCESS EXCLUSIVE MODE"));
  KOINON_ASSIGN(const int version, schema_version(db, schema));
  if (version > newest(schema)) return of_newer_program(schema, version);
  for (int step = version; step < newest(schema); ++step)
    KOINON_TRY(db.execute(schema.steps[static_cast<std::size_t>(step)], kStep));
  auto put = db.prepare("INSERT INTO " + version_table(schema) +
                        " (one, version) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET version = "
                        "excluded.version");
  return put.bind(newest(schema)).run();
}

}  // namespace

Result<int> schema_version(sql::Connection& db, const sql::ServerSchema& schema) {
  auto there = db.prepare("SELECT to_regclass(?) IS NOT NULL");
  const std::string table = version_table(schema);
  KOINON_TRY(there.bind_text(table).step());
  if (there.integer(0) == 0) return 0;
  auto select = db.prepare("SELECT version FROM " + table + " WHERE one = 1");
  KOINON_ASSIGN(const bool found, select.step());
  return found ? static_cast<int>(select.integer(0)) : 0;
}

Status bring_up_to_date(Connection& db, const sql::ServerSchema& schema) {
  KOINON_ASSIGN(const int version, schema_version(db, schema));
  if (version == newest(schema)) return {};
  if (version > newest(schema)) return of_newer_program(schema, version);
  return sql::transact(db, true, [&] { return take_steps(db, schema); });
}

Status check_schema(sql::Connection& db, const sql::ServerSchema& schema) {
  KOINON_ASSIGN(const int version, schema_version(db, schema));
  if (version == newest(schema)) return {};
  if (version > newest(schema)) return of_newer_program(schema, version);
  return fail(
      Code::kRefused,
      version == 0
          ? "no node keeps anything in this database yet"
          : "the store is of an earlier version of Koinon; the next start of its koinond brings it up to "
            "date",
      std::string(schema.name));
}

}  // namespace koinon::postgres
