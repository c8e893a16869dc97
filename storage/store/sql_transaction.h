// The transaction of a store's writer. Each change inside it is made as a whole or not at all.
#pragma once

#include <optional>
#include <string>

#include "storage/sql/connection.h"
#include "storage/store/refusals.h"

namespace koinon {

class SqlTransaction {
 public:
  explicit SqlTransaction(sql::Connection& db) : db_(db) {}

  // `durable`: commit returns when it is on the disk.
  Status begin(bool durable);
  // Whether the transaction that is open, or was last, is such a one.
  bool is_durable() const { return durable_; }
  Status commit();
  void rollback();

  // Carries out one change. If it fails, what it wrote is taken back, and the changes before it stay. Outside
  // begin … commit it is refused. `act` returns a Status or a Result, and may be made of such changes itself.
  template <typename Act>
  auto change(Act act) -> decltype(act()) {
    KOINON_TRY(check());
    KOINON_TRY(db_.prepare("SAVEPOINT change").run());
    auto result = act();
    if (!result.ok()) {
      take_back(result.error());
      return result;
    }
    if (const Status kept = db_.prepare("RELEASE SAVEPOINT change").run(); !kept.ok()) {
      // The savepoint may still stand, and one around it has the same name: none can be told from the other.
      undo(kept.error());
      return kept.error();
    }
    return result;
  }

 private:
  Status check() const;
  void take_back(const Error& why);
  void undo(const Error& why);

  sql::Connection& db_;
  bool durable_ = false;
  bool open_ = false;            // true between begin and commit or rollback
  std::optional<Error> undone_;  // why the database undid the open transaction by itself
};

}  // namespace koinon
