#include "storage/sqlite/schema_steps.h"

namespace koinon::sqlite {

Result<int> schema_version(Connection& db) {
  auto statement = db.prepare("PRAGMA user_version");
  KOINON_TRY(statement.step());
  const auto version = static_cast<int>(statement.integer(0));
  if (version >= 0) return version;
  const char* file = sqlite3_db_filename(db.handle(), "main");
  return fail(Code::kMalformed,
              "it says that its schema is " + std::to_string(version) +
                  ", which no version of Koinon writes: it is damaged, or not ours",
              file == nullptr ? std::string() : std::string(file));
}

Error of_newer_program(std::string_view file, int version, int known, std::string_view program) {
  std::string text = "it was written by a newer version of Koinon (";
  if (!program.empty()) text += std::string(program) + "; ";
  text +=
      "schema " + std::to_string(version) + ", and this one knows " + std::to_string(known) +
      "), and nothing was changed; install that version again, or put back the backup that was made before "
      "the upgrade (RUNBOOK, \"Upgrade\")";
  return fail(Code::kRefused, text, std::string(file));
}

namespace {

Result<int> known_version(Connection& db, const SchemaSteps& schema) {
  KOINON_ASSIGN(const int version, schema_version(db));
  if (version > schema.newest()) return of_newer_program(schema.file, version, schema.newest());
  return version;
}

// Another connection may have taken them since the version was read outside the transaction.
Status take_steps(Connection& db, const SchemaSteps& schema, int target) {
  KOINON_ASSIGN(const int version, known_version(db, schema));
  for (int step = version; step < target; ++step) {
    KOINON_TRY(db.execute(schema.steps[static_cast<std::size_t>(step)]));
    KOINON_TRY(db.execute("PRAGMA user_version=" + std::to_string(step + 1)));
  }
  return {};
}

}  // namespace

Status bring_up_to_date(Connection& db, const SchemaSteps& schema, int target) {
  KOINON_ASSIGN(const int version, known_version(db, schema));
  if (version >= target) return {};
  KOINON_TRY(db.execute("BEGIN IMMEDIATE"));
  Status taken = take_steps(db, schema, target);
  if (taken.ok()) taken = db.execute("COMMIT");
  if (!taken.ok() && db.in_transaction()) (void)db.execute("ROLLBACK");
  return taken;
}

Result<int> schema_version_of(const std::filesystem::path& path) {
  KOINON_ASSIGN(Connection db, Connection::open_untouched(path));
  return schema_version(db);
}

}  // namespace koinon::sqlite
