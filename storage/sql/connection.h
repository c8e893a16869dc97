// A connection to a database, SQLite's or PostgreSQL's. What the store and the office keep is written once
// for both, in the SQL that both read:
//
// - parameters are ? or ?1; whole numbers are 64 bits wide, bytes and texts are told apart;
// - INSERT ... ON CONFLICT (...) DO UPDATE or DO NOTHING, never INSERT OR ...; a SELECT that feeds it has a
//   WHERE;
// - no rowid, no GLOB, no max(a, b), no sum without a CAST(... AS BIGINT), no truth value in a sum;
// - a name behind INDEXED BY is SQLite's alone: PostgreSQL leaves it out.
//
// A connection and its statements belong to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sql/statement.h"

namespace koinon::sql {

// Rows that are added to a table in bulk, in the fastest way that a database has. Nothing else is done on the
// connection between the first row and finish(). The values of a row are put in the order of the columns.
class BulkInsert {
 public:
  virtual ~BulkInsert() = default;
  virtual void put(std::int64_t value) = 0;
  virtual void put_real(double value) = 0;
  virtual void put_blob(BytesView value) = 0;
  virtual void put_text(std::string_view value) = 0;
  virtual void put_null() = 0;
  virtual Status end_row() = 0;
  virtual Status finish() = 0;
};

// The columns of a table, in the order in which values are put.
struct BulkTable {
  std::string_view name;
  std::vector<std::string_view> columns;
};

class Connection {
 public:
  virtual ~Connection() = default;

  // Several statements, without parameters.
  virtual Status execute(const std::string& sql) = 0;
  // A text is prepared once, then reused. Where that fails, the first step says why: kInternal, the text is
  // wrong; else as any step.
  virtual Statement prepare(std::string_view sql) = 0;
  // The same for a query of whose rows only the first may be wanted: a database that gives all rows at once
  // gives them in pieces. Else it is read to its end at once, however long it is.
  virtual Statement walk(std::string_view sql) = 0;
  // Whether walk() takes hundreds of rows at once, however large each of them is. Where they may be, and what
  // is wanted is a number of bytes, it is walked along their sizes first.
  virtual bool walks_in_pieces() const { return false; }
  // `rows`: about how many will come. What is put must live until end_row().
  virtual Result<std::unique_ptr<BulkInsert>> bulk(const BulkTable& table, std::size_t rows) = 0;
  // How many rows the last statement of this connection has changed.
  virtual Result<std::int64_t> changes() = 0;

  // One that changes something. `durable`: commit returns when it is on the disk.
  virtual Status begin(bool durable) = 0;
  virtual Status commit() = 0;
  // The transaction is over, whatever happens.
  virtual void rollback() = 0;
  // Also false if the database has undone a transaction by itself, as it does when the disk is full or fails,
  // and when the connection is gone.
  virtual bool in_transaction() const = 0;
  // Nothing that was deleted stays in the files of the database. False: somebody reads at this moment; try
  // again. Outside a transaction.
  virtual Result<bool> fold() = 0;
  // Of the database on disk. A server's may be some seconds old.
  virtual Result<std::uint64_t> bytes() = 0;
};

// Runs `change` in one transaction. If `change` returns an error, the transaction is undone.
template <typename Change>
auto transact(Connection& db, bool durable, Change change) -> decltype(change()) {
  KOINON_TRY(db.begin(durable));
  auto result = change();
  if (!result.ok()) {
    db.rollback();
    return result;
  }
  if (const Status committed = db.commit(); !committed.ok()) {
    db.rollback();
    return committed.error();
  }
  return result;
}

}  // namespace koinon::sql
