#include "storage/sqlite/sqlite.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/no_permission.h"
#include "proto/base/no_room.h"

namespace koinon::sqlite {
namespace {

struct Counters {
  std::atomic<std::uint64_t> steps{0};
  std::atomic<std::uint64_t> pages{0};
};
Counters& counters() {
  static Counters all;
  return all;
}

// To read SQLite's counters also sets them back.
void count_work(sqlite3* db, sqlite3_stmt* statement) {
  if (statement != nullptr) {
    const int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    counters().steps.fetch_add(static_cast<std::uint32_t>(steps), std::memory_order_relaxed);
  }
  for (const int what : {SQLITE_DBSTATUS_CACHE_HIT, SQLITE_DBSTATUS_CACHE_MISS}) {
    int now = 0;
    int most = 0;
    if (sqlite3_db_status(db, what, &now, &most, 1) == SQLITE_OK)
      counters().pages.fetch_add(static_cast<std::uint32_t>(now), std::memory_order_relaxed);
  }
}

}  // namespace

Work work_done() {
  return {counters().steps.load(std::memory_order_relaxed), counters().pages.load(std::memory_order_relaxed)};
}

Status take_memory_by_the_page() {
  // No buffer, and 0 pages for each cache at first (SQLITE_CONFIG_PAGECACHE in SQLite's documentation).
  // Nobody asks SQLite how much memory it has: it need not count under a lock that all threads share.
  if (sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0) == SQLITE_OK &&
      sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK)
    return {};
  return fail(Code::kInternal, "SQLite is in use already, and keeps its memory as it is");
}

namespace {

constexpr int kBusyMs = 5000;
constexpr int kFoldMs = 100;

// A plan holds for whatever is bound (SQLITE_DBCONFIG_ENABLE_QPSG). Else SQLite looks at what is bound to see
// whether an index of some rows serves, and prepares the statement anew for each other value.
void keep_plans(sqlite3* db) { sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr); }

// The system's reason for a failed write to the database or to its write-ahead log. SQLite keeps it with the
// file; sqlite3_system_errno says nothing of a COMMIT that failed. To undo a commit SQLite reads the file,
// and that wipes the reason out. Then it must be enough that a write failed. Of the index of the write-ahead
// log (the file -shm) SQLite keeps no reason: where it could not grow there was no room.
bool is_out_of_room(sqlite3* db) {
  int of_database = 0;
  (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &of_database);
  int of_log = 0;
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log != nullptr &&
      log->pMethods != nullptr)
    (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log);
  const int code = sqlite3_extended_errcode(db);
  if (code == SQLITE_IOERR_SHMSIZE) return true;
  if (of_database == 0 && of_log == 0) return code == SQLITE_IOERR_WRITE;
  return (is_no_room(of_database) || is_no_room(of_log)) && of_database != EIO && of_log != EIO;
}

// Of a database that could not be opened SQLite knows no name; then `what` is its path.
std::filesystem::path folder_of(sqlite3* db, std::string_view what) {
  const char* name = sqlite3_db_filename(db, "main");
  return std::filesystem::path(name == nullptr ? what : name).parent_path();
}

// Where modes forbid to write a database or a file beside it: which of them, and whose it is.
std::string who_forbids(sqlite3* db, std::string_view what) {
  const char* name = sqlite3_db_filename(db, "main");
  const std::string file(name == nullptr || *name == '\0' ? what : name);
  for (const char* part : {"", "-wal", "-shm"}) {
    if (const auto refuser = refuser_of(file + part); refuser) return ": " + facts_of(*refuser);
  }
  return {};
}

// SQLite loses the reason why a file could not be made: it then tries to read that file, and says of this why
// it failed. So we try to make one without a name, which leaves nothing behind (O_TMPFILE of open(2)).
bool has_no_room_for_files(const std::filesystem::path& folder) {
  const int made = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (made < 0) return is_no_room(errno);
  ::close(made);
  return false;
}

Error out_of_room(std::string_view what) {
  return fail(
      Code::kDiskFull,
      Sentence{"disk.full", "the disk (or its quota) is full; free some space, writing resumes by itself"},
      std::string(what));
}

}  // namespace

Error error_of(sqlite3* db, std::string_view what) {
  const int code = db == nullptr ? SQLITE_NOMEM : sqlite3_errcode(db);
  const std::string message = db == nullptr ? "out of memory" : sqlite3_errmsg(db);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return out_of_room(what);
    case SQLITE_IOERR:
      // For us the disk is also full if a quota or a limit of the process is reached. SQLite only calls
      // ENOSPC so.
      return is_out_of_room(db) ? out_of_room(what) : fail(Code::kIo, message, std::string(what));
    case SQLITE_CANTOPEN:
      return has_no_room_for_files(folder_of(db, what))
                 ? out_of_room(what)
                 : fail(Code::kIo, message + who_forbids(db, what), std::string(what));
    case SQLITE_READONLY:
      return fail(Code::kIo, message + who_forbids(db, what), std::string(what));
    case SQLITE_CONSTRAINT:
      return fail(Code::kConflict, message, std::string(what));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::kUnavailable,
                  Sentence{"database.in_use", "the database is in use: {why}", {{"why", message}}},
                  std::string(what));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return fail(Code::kIo,
                  Sentence{"database.damaged",
                           "the database is damaged: {why}; restore it from a backup or a peer",
                           {{"why", message}}},
                  std::string(what));
    default:
      return fail(Code::kIo, message, std::string(what));
  }
}

Statement::Statement(Error fault) : fault_(std::make_unique<Error>(std::move(fault))) {}

Statement::~Statement() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    count_work(sqlite3_db_handle(statement_), statement_);
  }
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}
Statement& Statement::bind_blob(BytesView value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_blob64(statement_, ++bound_, data, value.size(), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_text(std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind_real(double value) {
  sqlite3_bind_double(statement_, ++bound_, value);
  return *this;
}

Statement& Statement::bind_pointer(void* value, const char* type) {
  sqlite3_bind_pointer(statement_, ++bound_, value, type, nullptr);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

Result<bool> Statement::step() {
  if (fault_) return *fault_;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_), "store");
}

Status Statement::run() {
  while (true) {
    KOINON_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

BytesView Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? BytesView()
                         : BytesView(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

namespace {

bool is_on_disk(const std::filesystem::path& path, const OpenOptions& options) {
  return options.vfs.empty() && !path.empty() && !path.native().starts_with(':');
}

// A file that is there is not opened for this: to close it again would take away the locks that another
// connection of this process has on it. What a link leads to is not a node's own.
Status close_to_others(const std::filesystem::path& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode) || (file.st_mode & 0077) == 0) return {};
  if (::fchmodat(AT_FDCWD, path.c_str(), file.st_mode & 0700, AT_SYMLINK_NOFOLLOW) == 0) return {};
  return fail(Code::kIo, "others may read it, and it could not be closed to them", path.string());
}

// What a node keeps is its own. SQLite gives the files beside a database the mode of the database. Where the
// file cannot be made SQLite says why.
Status make_private(const std::filesystem::path& path) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
  constexpr std::array<const char*, 3> kParts = {"", "-wal", "-shm"};
  for (const char* part : kParts) KOINON_TRY(close_to_others(path.string() + part));
  return {};
}

}  // namespace

// What is in a write-ahead log counts, and SQLite passes it over in a file that it takes for immutable.
Result<Connection> Connection::open_untouched(const std::filesystem::path& path) {
  std::error_code none;
  const auto left = std::filesystem::file_size(path.string() + "-wal", none);
  if (!none && left > 0) return open(path, {true, false, ""});
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2((uri + "?immutable=1").c_str(), &raw, flags, nullptr);
  Connection connection;
  connection.db_.reset(raw);
  if (code != SQLITE_OK) return error_of(raw, path.string());
  keep_plans(raw);
  return connection;
}

Result<Connection> Connection::open(const std::filesystem::path& path, const OpenOptions& options) {
  if (!options.read_only && is_on_disk(path, options)) KOINON_TRY(make_private(path));
  sqlite3* raw = nullptr;
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection;
  connection.db_.reset(raw);
  if (code != SQLITE_OK) return error_of(raw, path.string());
  sqlite3_extended_result_codes(raw, 0);
  sqlite3_busy_timeout(raw, kBusyMs);
  keep_plans(raw);
  if (options.exclusive) KOINON_TRY(connection.execute("PRAGMA locking_mode=EXCLUSIVE"));
  return connection;
}

Status Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_.get(), "store");
  count_work(db_.get(), nullptr);
  return {};
}

Result<bool> Connection::fold() {
  // Writers wait meanwhile, so the time is short. If readers are not done by then, it is tried again.
  sqlite3_busy_timeout(db_.get(), kFoldMs);
  const auto folded = [this]() -> Result<bool> {
    auto checkpoint = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    KOINON_ASSIGN(const bool row, checkpoint.step());
    return !row || checkpoint.integer(0) == 0;
  }();
  sqlite3_busy_timeout(db_.get(), kBusyMs);
  return folded;
}

namespace {

// Of a text that is sound: SQLite reads the schema first, and for that it may have to write (the file -shm).
Error why_not_prepared(sqlite3* db) {
  if ((sqlite3_errcode(db) & 0xFF) != SQLITE_ERROR) return error_of(db, "store");
  return fail(Code::kInternal, std::string("the statement could not be prepared: ") + sqlite3_errmsg(db),
              "store");
}

}  // namespace

Statement Connection::prepare(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw,
                       nullptr);
    if (raw == nullptr) return Statement(why_not_prepared(db_.get()));
    it = statements_.emplace(std::string(sql), std::unique_ptr<sqlite3_stmt, Finalize>(raw)).first;
  }
  return Statement(it->second.get());
}

}  // namespace koinon::sqlite
