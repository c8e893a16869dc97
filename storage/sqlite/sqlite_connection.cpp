#include "storage/sqlite/sqlite_connection.h"

#include <optional>
#include <utility>

namespace koinon::sqlite {
namespace {

using Own = Connection;  // inside Shared the name is that of its base

class SharedStatement final : public sql::Prepared {
 public:
  explicit SharedStatement(Statement statement) : statement_(std::move(statement)) {}
  void bind(int, std::int64_t value) override { statement_.bind(value); }
  void bind_real(int, double value) override { statement_.bind_real(value); }
  void bind_blob(int, BytesView value) override { statement_.bind_blob(value); }
  void bind_text(int, std::string_view value) override { statement_.bind_text(value); }
  void bind_null(int) override { statement_.bind_null(); }
  Result<bool> step() override { return statement_.step(); }
  Status run() override { return statement_.run(); }
  std::int64_t integer(int column) const override { return statement_.integer(column); }
  double real(int column) const override { return statement_.real(column); }
  bool is_null(int column) const override { return statement_.is_null(column); }
  BytesView blob(int column) const override { return statement_.blob(column); }

 private:
  Statement statement_;
};

// Row by row: SQLite has no faster way.
class SharedBulk final : public sql::BulkInsert {
 public:
  SharedBulk(Connection& db, std::string sql) : db_(db), sql_(std::move(sql)) {}
  void put(std::int64_t value) override { row().bind(value); }
  void put_real(double value) override { row().bind_real(value); }
  void put_blob(BytesView value) override { row().bind_blob(value); }
  void put_text(std::string_view value) override { row().bind_text(value); }
  void put_null() override { row().bind_null(); }
  Status end_row() override {
    const Status added = row().run();
    row_.reset();
    return added;
  }
  Status finish() override { return {}; }

 private:
  Statement& row() {
    if (!row_) row_.emplace(db_.prepare(sql_));
    return *row_;
  }

  Connection& db_;
  std::string sql_;
  std::optional<Statement> row_;
};

std::string insert_of(const sql::BulkTable& table) {
  std::string names;
  std::string values;
  for (const std::string_view column : table.columns) {
    names += (names.empty() ? "" : ", ") + std::string(column);
    values += values.empty() ? "?" : ", ?";
  }
  return "INSERT INTO " + std::string(table.name) + " (" + names + ") VALUES (" + values + ")";
}

class Shared final : public sql::Connection {
 public:
  Shared(Own db, std::string durable) : db_(std::move(db)), mode_(std::move(durable)) {}

  Own& db() { return db_; }

  Status execute(const std::string& sql) override { return db_.execute(sql); }
  sql::Statement prepare(std::string_view sql) override {
    return sql::Statement(std::make_unique<SharedStatement>(db_.prepare(sql)));
  }
  sql::Statement walk(std::string_view sql) override { return prepare(sql); }
  Result<std::unique_ptr<sql::BulkInsert>> bulk(const sql::BulkTable& table, std::size_t) override {
    return std::unique_ptr<sql::BulkInsert>(std::make_unique<SharedBulk>(db_, insert_of(table)));
  }
  Result<std::int64_t> changes() override { return db_.changes(); }

  Status begin(bool durable) override {
    KOINON_TRY(set_durable(durable || mode_ == "OFF"));
    return db_.execute("BEGIN IMMEDIATE");
  }
  Status commit() override { return db_.execute("COMMIT"); }
  void rollback() override {
    if (db_.in_transaction()) (void)db_.execute("ROLLBACK");
  }
  bool in_transaction() const override { return db_.in_transaction(); }
  Result<bool> fold() override { return db_.fold(); }
  Result<std::uint64_t> bytes() override {
    auto pages = db_.prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    KOINON_TRY(pages.step());
    return pages.number(0);
  }

 private:
  Status set_durable(bool durable) {
    if (durable == durable_) return {};
    KOINON_TRY(db_.execute("PRAGMA synchronous=" + (durable ? mode_ : std::string("NORMAL"))));
    durable_ = durable;
    return {};
  }

  Own db_;
  std::string mode_;
  std::optional<bool> durable_;
};

}  // namespace

std::unique_ptr<sql::Connection> shared(Connection db, std::string durable) {
  return std::make_unique<Shared>(std::move(db), std::move(durable));
}

Connection& own(sql::Connection& shared) { return static_cast<Shared&>(shared).db(); }

}  // namespace koinon::sqlite
