// The transaction of the SQLite store's writer. Each change inside it is made as a whole or not at all.
#pragma once

#include <optional>
#include <string>

#include "storage/sqlite/sqlite.h"
#include "storage/store/refusals.h"

namespace koinon {

class SqliteTransaction {
 public:
  // `durable`: PRAGMA synchronous of durable commits.
  SqliteTransaction(sqlite::Connection& db, std::string durable) : db_(db), mode_(std::move(durable)) {}

  // With true, commits from now on are on the disk when commit returns. Outside a transaction.
  Status set_durable(bool durable);
  // Whether commits are, at this moment.
  bool is_durable() const { return durable_; }
  Status begin(bool durable);
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
    if (const Status kept = db_.prepare("RELEASE change").run(); !kept.ok()) {
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

  sqlite::Connection& db_;
  std::string mode_;
  bool durable_ = false;
  bool open_ = false;            // true between begin and commit or rollback
  std::optional<Error> undone_;  // why SQLite undid the open transaction by itself
};

}  // namespace koinon
