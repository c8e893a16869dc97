#include "storage/store/sqlite_store.h"

#include <algorithm>
#include <utility>

#include "storage/sqlite/sqlite_connection.h"
#include "storage/store/schema.h"
#include "storage/store/sql_store.h"

namespace koinon {
namespace {

constexpr const char* kInMemory = ":memory:";
constexpr std::uint64_t kPageBytes = 8192;
constexpr std::uint64_t kUnknownRoom =
    std::uint64_t{1} << 62;  // for a file system that does not say; it will fail when it is full
constexpr const char* kKeptTable =
    "CREATE TABLE IF NOT EXISTS body (record INTEGER PRIMARY KEY, body BLOB NOT NULL)";

class SqliteReadEngine final : public ReadEngine {
 public:
  explicit SqliteReadEngine(sqlite::Connection db) : db_(sqlite::shared(std::move(db))) {}
  sql::Connection& connection() override { return *db_; }
  Result<StoreLag> lag() override { return StoreLag(); }

 private:
  std::unique_ptr<sql::Connection> db_;
};

class SqliteEngine final : public StoreEngine {
 public:
  SqliteEngine(sqlite::Connection db, std::filesystem::path path, SqliteStoreOptions options)
      : db_(sqlite::shared(std::move(db), options.durable)),
        path_(std::move(path)),
        options_(std::move(options)) {}

  // Brings the schema up to date.
  Status prepare();

  sql::Connection& connection() override { return *db_; }
  Result<StoreLag> lag() override { return StoreLag(); }
  Status make_place(std::int64_t) override { return {}; }
  Result<std::unique_ptr<sql::Connection>> open_kept() override;
  Status remove_kept() override;
  void note_erased() override {}  // fold() does all of it at once
  Result<Room> room() override;
  bool has_lease() const override { return false; }
  Status keep_lease() override { return {}; }

 private:
  std::unique_ptr<sql::Connection> db_;
  std::filesystem::path path_;
  SqliteStoreOptions options_;
};

Status SqliteEngine::prepare() {
  sqlite::Connection& db = sqlite::own(*db_);
  if (options_.exclusive) KOINON_TRY(db.execute("PRAGMA locking_mode=EXCLUSIVE"));
  KOINON_TRY(db.execute("PRAGMA page_size=" + std::to_string(kPageBytes)));
  KOINON_TRY(db.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(db.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(db.execute("PRAGMA cache_size=-16384"));
  // What a savepoint would put back is kept in memory: an intent's pages are few, and no folder for temporary
  // files is asked for.
  KOINON_TRY(db.execute("PRAGMA temp_store=MEMORY"));
  KOINON_TRY(db.execute("PRAGMA wal_autocheckpoint=" + std::to_string(options_.checkpoint_pages)));
  KOINON_TRY(db.execute("PRAGMA journal_size_limit=67108864"));
  KOINON_TRY(db.execute("PRAGMA synchronous=" + options_.durable));
  KOINON_TRY(migrate_store(db));
  // The quota is set after the migration, because a full store needs room to migrate.
  if (options_.max_bytes == 0) return {};
  return db.execute("PRAGMA max_page_count=" + std::to_string(options_.max_bytes / kPageBytes));
}

// A connection that has failed is closed, for SQLite does not change its journal mode any more, and says
// nothing.
Result<std::unique_ptr<sql::Connection>> SqliteEngine::open_kept() {
  KOINON_ASSIGN(auto file,
                sqlite::Connection::open(grace_file(path_), {false, options_.exclusive, options_.vfs}));
  KOINON_TRY(file.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(file.execute("PRAGMA synchronous=FULL"));
  KOINON_TRY(file.execute("PRAGMA temp_store=MEMORY"));
  KOINON_TRY(file.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(file.execute(kKeptTable));
  KOINON_TRY(file.prepare("SELECT count(*) FROM body WHERE record < 0").run());
  return sqlite::shared(std::move(file));
}

Status SqliteEngine::remove_kept() {
  const std::string path = grace_file(path_).string();
  if (!options_.vfs.empty()) return fail(Code::kIo, "it is damaged", path);
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::remove(path + part, error);
    if (error) return fail(Code::kIo, "it is damaged and cannot be removed: " + error.message(), path);
  }
  return {};
}

Result<Room> SqliteEngine::room() {
  auto count =
      db_->prepare("SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count");
  KOINON_TRY(count.step());
  Room room;
  room.unused = count.number(1) * kPageBytes;
  const std::uint64_t used = count.number(0) * kPageBytes - room.unused;
  room.quota = options_.max_bytes;
  room.quota_left = room.quota - std::min(room.quota, used);
  std::error_code unknown;
  const auto space = std::filesystem::space(path_.parent_path(), unknown);
  room.disk = unknown ? kUnknownRoom : space.available;
  return room;
}

}  // namespace

std::filesystem::path grace_file(const std::filesystem::path& store) {
  if (store == kInMemory) return store;
  const std::string stem = store.stem().string();
  const std::string begin = stem == "store" ? std::string() : stem + "-";
  return store.parent_path() / (begin + "grace" + store.extension().string());
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path,
                                                 const SqliteStoreOptions& options) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {false, options.exclusive, options.vfs}));
  auto engine = std::make_unique<SqliteEngine>(std::move(db), path, options);
  KOINON_TRY(engine->prepare());
  return open_sql_store(std::move(engine), options);
}

Result<StoreState> read_sqlite_state(const std::filesystem::path& path) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  KOINON_TRY(check_store_schema(db));
  return read_sql_state(std::make_unique<SqliteEngine>(std::move(db), path, SqliteStoreOptions()));
}

Result<std::unique_ptr<StoreReader>> open_sqlite_reader(const std::filesystem::path& path, int cache_kib) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  KOINON_TRY(db.execute("PRAGMA cache_size=-" + std::to_string(cache_kib)));
  return make_sql_reader(std::make_unique<SqliteReadEngine>(std::move(db)));
}

}  // namespace koinon
