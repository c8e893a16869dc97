// A thin, owning wrapper around SQLite: connections and prepared statements that report Result values.
// A connection and its statements belong to one thread at a time.
#pragma once

#include <concepts>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <sqlite3.h>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::sqlite {

// The error for the last result code. kDiskFull: SQLITE_FULL, or a write failed for lack of room, or a file
// could not be made for lack of inodes. kConflict: SQLITE_CONSTRAINT. kUnavailable: SQLITE_BUSY or
// SQLITE_LOCKED. kIo: all others.
Error error_of(sqlite3* db, std::string_view what);

// A prepared statement in use; resets itself when it goes out of scope.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  // One that could not be prepared: to step it is this error, to bind to it does nothing.
  explicit Statement(Error fault);
  ~Statement();
  Statement(Statement&& other) noexcept
      : statement_(other.statement_), fault_(std::move(other.fault_)), bound_(other.bound_) {
    other.statement_ = nullptr;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;

  // Binds the next parameters, in order. Blobs and texts must live until the statement is reset.
  Statement& bind(std::int64_t value);
  Statement& bind_blob(BytesView value);
  Statement& bind_text(std::string_view value);
  template <typename Text>
  requires std::same_as<Text, std::string> Statement& bind_text(Text&& value) =
      delete;  // it would be gone when the statement runs
  Statement& bind_null();
  Statement& bind_real(double value);
  // Binds a pointer for an extension's function that knows `type`. What it points to must live until the
  // reset.
  Statement& bind_pointer(void* value, const char* type);

  // True while there is a row.
  Result<bool> step();
  // Runs to the end.
  Status run();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  // Valid until the next step.
  BytesView blob(int column) const;
  std::string text(int column) const { return std::string(blob(column)); }

 private:
  sqlite3_stmt* statement_ = nullptr;
  std::unique_ptr<Error> fault_;  // why there is no statement
  int bound_ = 0;
};

// How much SQLite has worked for this process since its start: steps of its virtual machine, and pages that
// it looked at, cached or not. Full text looks at pages and takes no steps. Operators see these numbers grow,
// and tests measure by them what an operation costs.
struct Work {
  std::uint64_t steps = 0;
  std::uint64_t pages = 0;
};
Work work_done();  // any thread

// SQLite sets memory for 20 pages aside with each connection, also with one that reads two of them: 160 KiB
// where a page has 8 KiB. After this it takes memory page by page. For the start of a program, on its only
// thread: once a connection was opened it changes nothing, and an error says so.
Status take_memory_by_the_page();

struct OpenOptions {
  bool read_only = false;
  bool exclusive = false;  // this connection alone, no shared memory (for the file systems of tests)
  std::string vfs;         // empty: the system's
};

class Connection {
 public:
  // A database that may be written, and the files beside it, have mode 0600 from then on.
  static Result<Connection> open(const std::filesystem::path& path, const OpenOptions& options);
  // To read a database that no connection has open, and that nobody opens meanwhile: no file is made or
  // changed, unless a process that was killed has left a write-ahead log, whose index is then made anew.
  static Result<Connection> open_untouched(const std::filesystem::path& path);

  Connection() = default;  // not open
  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;

  Status execute(const std::string& sql);
  // A text is prepared once, then reused. Where that fails, the first step says why: kInternal, the text is
  // wrong; else as any step.
  Statement prepare(std::string_view sql);
  sqlite3* handle() const { return db_.get(); }
  // Folds the write-ahead log back and empties it, so that nothing deleted stays in it. False: somebody reads
  // at this moment; try again.
  Result<bool> fold();
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  // Also false if SQLite has undone a transaction by itself, as it does when the disk is full or fails.
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

 private:
  struct CloseDb {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3, CloseDb> db_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
};

}  // namespace koinon::sqlite
