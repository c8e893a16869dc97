// PostgreSQL behind the face that the store and the office use (storage/sql/connection.h).
//
// In a transaction what only changes something is sent and not waited for. Where such a statement fails, the
// whole transaction has failed: no savepoint tells which change it was.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "storage/postgres/link.h"
#include "storage/postgres/postgres_place.h"
#include "storage/sql/connection.h"

namespace koinon::postgres {

struct ConnectionOptions {
  std::string schema;       // of the tables
  std::string name;         // for the server's operator
  bool to_primary = false;  // only to a server that takes changes
  // A connection that was lost is made again where no transaction is open. Without it, whatever follows
  // fails: the store's writer must not go on with what it believed before.
  bool comes_back = true;
  std::chrono::milliseconds deadline{60'000};  // of every wait
  // Whether this transaction may change anything, asked at its begin. Null: it may.
  std::function<Status(sql::Connection&)> may_write;
};

class Connection final : public sql::Connection {
 public:
  // kUnavailable, "database.away": it may be there later. kRefused, "database.refused": it is there, and lets
  // nobody in who comes like this.
  static Result<std::unique_ptr<Connection>> open(const PostgresPlace& place, ConnectionOptions options);

  Status execute(const std::string& sql) override;
  // The same of what may take longer than others.
  Status execute(const std::string& sql, std::chrono::milliseconds deadline);
  sql::Statement prepare(std::string_view sql) override;
  sql::Statement walk(std::string_view sql) override;
  bool walks_in_pieces() const override { return true; }
  Result<std::unique_ptr<sql::BulkInsert>> bulk(const sql::BulkTable& table, std::size_t rows) override;
  Result<std::int64_t> changes() override;
  Status begin(bool durable) override;
  Status commit() override;
  void rollback() override;
  bool in_transaction() const override;
  Result<bool> fold() override;
  Result<std::uint64_t> bytes() override;

  // A transaction that sees one state and changes nothing.
  Status begin_reading();
  // One statement that may take long, outside a transaction: VACUUM.
  Status maintain(const std::string& sql, std::chrono::milliseconds deadline);
  // What fold() does: set once by whoever knows what is in the database.
  void set_fold(std::function<Result<bool>()> fold) { fold_ = std::move(fold); }
  // Checked at each begin from now on.
  void set_may_write(std::function<Status(sql::Connection&)> may) { options_.may_write = std::move(may); }
  // False: the next statement outside a transaction makes it again, where that may be.
  bool is_alive() const { return link_->is_alive(); }
  // From any thread: what runs fails, as if the server had gone.
  void interrupt() { link_->interrupt(); }
  // How often the connection was made; each time what was known of the server may be wrong.
  std::uint64_t times_made() const { return times_made_; }

  // For its statements.
  Result<Answer> ask(const std::string& sql, const Values& values);
  Status run(const std::string& sql, const Values& values);
  Result<std::string> open_cursor(const std::string& sql, const Values& values);
  Result<Answer> fetch(const std::string& cursor, int rows);
  void close_cursor(const std::string& cursor);
  // For bulk inserts. Nothing is in flight then.
  Result<Link*> idle_link();

 private:
  Connection(PostgresPlace place, ConnectionOptions options)
      : place_(std::move(place)), options_(std::move(options)) {}
  Status make_link();
  Status have_link();
  Status try_begin(bool durable);
  Program& program(const std::string& sql, const Values& values);
  int parameters_of(std::string_view sql);
  Error failed(const Error& why, bool of_earlier);
  Status check_copies();

  PostgresPlace place_;
  ConnectionOptions options_;
  std::unique_ptr<Link> link_;
  std::map<std::string, Program, std::less<>> programs_;
  std::map<std::string, int, std::less<>> parameters_;  // of each text
  bool open_ = false;                                   // a transaction
  std::optional<Error> broken_;                         // why the open transaction can only be rolled back
  int cursors_ = 0;                                     // that are open
  std::uint64_t times_made_ = 0;
  std::function<Result<bool>()> fold_;
  struct Size {
    std::uint64_t bytes;
    std::chrono::steady_clock::time_point at;
  };
  std::optional<Size> size_;  // of the database, when it was asked for last
};

}  // namespace koinon::postgres
