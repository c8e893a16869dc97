// The rows of a table in the order of its key, a page at a time, whatever database they are in. A page is
// bounded by rows and by bytes: nobody ever has a whole table in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/move/moved_tables.h"
#include "storage/sql/connection.h"

namespace koinon::move {

struct Value {
  bool null = false;
  std::int64_t number = 0;  // of a number
  Bytes bytes;              // of bytes and texts
  bool operator==(const Value&) const = default;
};
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// How much it takes, about.
std::uint64_t bytes_of(const Row& row);

// The table of one of the two databases. On the thread of its connection.
class TableRows {
 public:
  // `name`: of the table there. Both references must outlive this.
  TableRows(sql::Connection& db, const Table& table, std::string name)
      : db_(db), table_(table), name_(std::move(name)) {}

  const Table& table() const { return table_; }
  sql::Connection& db() { return db_; }

  // The page behind the row with this key; nothing: the first. Empty: there is none. A table whose key is a
  // text has one page: databases sort texts each in its own way, and such tables are small.
  Result<Rows> page_after(const std::optional<Row>& key);
  // The rows behind `after`, up to `to` and with it.
  Result<Rows> between(const std::optional<Row>& after, const Row& to);
  Result<std::optional<Row>> last_key();
  Result<std::uint64_t> count();
  Row key_of(const Row& row) const {
    return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(table_.keys)};
  }

  // Inside a transaction. Without `to`: all that is behind.
  Status remove(const std::optional<Row>& after, const std::optional<Row>& to);
  // All that is not of the place.
  Status clear();
  Status put(const Rows& rows);

 private:
  std::string key_condition(const char* comparison) const;
  void bind_key(sql::Statement& statement, const Row& key) const;
  // The last key of the page behind this one.
  Result<std::optional<Row>> end_of_page(const std::optional<Row>& key);
  Result<Rows> select(const std::string& rest, const std::optional<Row>& after, const std::optional<Row>& to);
  // A text as a server keeps it: whichever place it comes from, it is the same.
  Value value(const sql::Statement& row, std::size_t column, Kind kind) const;
  bool is_of_place(const Row& row) const;
  Status put_one(sql::BulkInsert& bulk, const Row& row) const;

  sql::Connection& db_;
  const Table& table_;
  std::string name_;
};

}  // namespace koinon::move
