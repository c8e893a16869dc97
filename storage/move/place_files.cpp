#include <system_error>

#include "proto/base/limits.h"
#include "storage/move/place.h"
#include "storage/sqlite/sqlite_connection.h"
#include "storage/store/schema.h"
#include "storage/store/sqlite_store.h"

namespace koinon::move {
namespace {

constexpr const char* kPragmas =
    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384";

Result<std::unique_ptr<sql::Connection>> open_store(const std::filesystem::path& path, bool read_only) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown))
    return fail(Code::kNotFound, "there is no store", path.string());
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {read_only, false, ""}));
  KOINON_TRY(check_store_schema(db));
  KOINON_TRY(db.execute(kPragmas));
  return sqlite::shared(std::move(db));
}

Result<std::unique_ptr<sql::Connection>> open_grace(const std::filesystem::path& store) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(grace_file(store), {}));
  KOINON_TRY(db.execute(kPragmas));
  KOINON_TRY(db.execute("PRAGMA journal_mode=WAL"));
  // As a store makes it that is opened.
  KOINON_TRY(db.execute("CREATE TABLE IF NOT EXISTS body (record INTEGER PRIMARY KEY, body BLOB NOT NULL)"));
  return sqlite::shared(std::move(db));
}

}  // namespace

Result<Place> open_files_ahead(const PlaceFiles& files) {
  Place out;
  KOINON_ASSIGN(out.store, open_store(files.store, true));
  return out;
}

Result<Place> open_files(const PlaceFiles& files) {
  Place out;
  KOINON_ASSIGN(out.store, open_store(files.store, false));
  KOINON_ASSIGN(out.grace, open_grace(files.store));
  KOINON_ASSIGN(auto office, OfficeDb::open(files.office));
  out.office = std::make_unique<OfficeDb>(std::move(office));
  return out;
}

// A store that a run before this one has made is not opened as one: it is marked. One whose making was cut
// short has no schema yet.
Result<Place> make_files(const PlaceFiles& files) {
  std::error_code unknown;
  bool is_made = std::filesystem::exists(files.store, unknown);
  if (is_made) {
    KOINON_ASSIGN(const int version, sqlite::schema_version_of(files.store));
    is_made = version > 0;
  }
  if (!is_made) KOINON_TRY(open_sqlite_store(files.store));
  return open_files(files);
}

}  // namespace koinon::move
