// A statement of a database in use: it is bound, stepped and read in the same way whatever database it is.
// On the thread of its connection.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::sql {

// What a database makes of a text of SQL. Its connection outlives it. Positions of parameters count from 1,
// those of columns from 0.
class Prepared {
 public:
  virtual ~Prepared() = default;
  virtual void bind(int position, std::int64_t value) = 0;
  virtual void bind_real(int position, double value) = 0;
  // What it views must live until the statement has run.
  virtual void bind_blob(int position, BytesView value) = 0;
  virtual void bind_text(int position, std::string_view value) = 0;
  virtual void bind_null(int position) = 0;
  // True while there is a row.
  virtual Result<bool> step() = 0;
  // Runs to the end. In a transaction a database may carry it out later, before anything is read or
  // committed. If that fails, the transaction has failed: what is read next, or the commit, says why.
  virtual Status run() = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual bool is_null(int column) const = 0;
  // Valid until the next step.
  virtual BytesView blob(int column) const = 0;
};

class Statement {
 public:
  explicit Statement(std::unique_ptr<Prepared> prepared) : prepared_(std::move(prepared)) {}
  // One that could not be prepared: to step it is this error, to bind to it does nothing.
  explicit Statement(Error fault);

  // Binds the next parameters, in order. Blobs and texts must live until the statement has run.
  Statement& bind(std::int64_t value) {
    prepared_->bind(++bound_, value);
    return *this;
  }
  Statement& bind(const std::optional<std::int64_t>& value) { return value ? bind(*value) : bind_null(); }
  Statement& bind_blob(BytesView value) {
    prepared_->bind_blob(++bound_, value);
    return *this;
  }
  Statement& bind_text(std::string_view value) {
    prepared_->bind_text(++bound_, value);
    return *this;
  }
  template <typename Text>
  requires std::same_as<Text, std::string> Statement& bind_text(Text&& value) =
      delete;  // it would be gone when the statement runs
  Statement& bind_null() {
    prepared_->bind_null(++bound_);
    return *this;
  }
  Statement& bind_real(double value) {
    prepared_->bind_real(++bound_, value);
    return *this;
  }

  // True while there is a row.
  Result<bool> step() { return prepared_->step(); }
  // Runs to the end. What it changed is known at once only by Connection::changes; a failure may be told
  // later (Prepared::run).
  Status run() { return prepared_->run(); }

  std::int64_t integer(int column) const { return prepared_->integer(column); }
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  double real(int column) const { return prepared_->real(column); }
  bool is_null(int column) const { return prepared_->is_null(column); }
  // Valid until the next step.
  BytesView blob(int column) const { return prepared_->blob(column); }
  std::string text(int column) const { return std::string(blob(column)); }

 private:
  std::unique_ptr<Prepared> prepared_;
  int bound_ = 0;
};

}  // namespace koinon::sql
