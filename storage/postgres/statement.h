// Statements of a PostgreSQL connection (storage/sql/statement.h).
#pragma once

#include "storage/postgres/link.h"
#include "storage/sql/statement.h"

namespace koinon::postgres {

class Connection;

// Rows of an answer, in the binary format.
class Rows {
 public:
  // kInternal: a column has a type that no statement of ours should have.
  Status take(Answer answer);
  // True while there is a row.
  bool next();
  std::int64_t integer(int column) const;
  double real(int column) const;
  bool is_null(int column) const;
  BytesView blob(int column) const;
  int count() const;

 private:
  BytesView bytes(int column) const;
  Answer answer_;
  int row_ = -1;
};

// One that reads all its rows at once.
class BoundStatement : public sql::Prepared {
 public:
  BoundStatement(Connection& connection, std::string_view sql, int parameters);
  void bind(int position, std::int64_t value) override { values_.put(position, value); }
  void bind_real(int position, double value) override { values_.put_real(position, value); }
  void bind_blob(int position, BytesView value) override { values_.put_blob(position, value); }
  void bind_text(int position, std::string_view value) override { values_.put_text(position, value); }
  void bind_null(int position) override { values_.put_null(position); }
  Result<bool> step() override;
  Status run() override;
  std::int64_t integer(int column) const override { return rows_.integer(column); }
  double real(int column) const override { return rows_.real(column); }
  bool is_null(int column) const override { return rows_.is_null(column); }
  BytesView blob(int column) const override { return rows_.blob(column); }

 protected:
  Connection& connection_;
  std::string sql_;
  int parameters_;
  Values values_;
  Rows rows_;
  bool asked_ = false;
};

// One whose rows come in pieces, through a cursor.
class WalkStatement final : public BoundStatement {
 public:
  using BoundStatement::BoundStatement;
  ~WalkStatement() override;
  WalkStatement(const WalkStatement&) = delete;
  WalkStatement& operator=(const WalkStatement&) = delete;
  Result<bool> step() override;
  Status run() override;

 private:
  Status fetch();
  std::string cursor_;
  bool own_transaction_ = false;  // a cursor lives in a transaction
  int piece_ = 0;                 // rows that were asked for last
};

}  // namespace koinon::postgres
