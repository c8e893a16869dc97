// An office's database holds what an office keeps to itself: accounts, drafts, the state of its inbox,
// webhooks and mail. None of it is part of a log. It leaves the node only as mail and webhooks. It is the
// file office.db, or on a server that several processes share.
//
// A connection belongs to one thread. Several may be open: their changes wait for each other.
#pragma once

#include <exception>
#include <filesystem>
#include <memory>

#include "storage/sql/connection.h"

namespace koinon {

class OfficeDb {
 public:
  // Opens or creates the file. Brings an older schema up to date; refuses a newer one. One that is up to date
  // is only read: so it opens while another connection writes, and on a full disk.
  static Result<OfficeDb> open(const std::filesystem::path& path);
  // On a server. Whoever has opened the connection has seen to it that the schema is today's
  // (office_schema_server.h), and that its tables are found by their names alone.
  static OfficeDb on_server(std::unique_ptr<sql::Connection> db) { return OfficeDb(std::move(db), true); }

  sql::Connection& connection() { return *db_; }

  // Runs `change` in one transaction, which begins when no other one runs: what it reads stands until it is
  // over. If `change` returns an error, the transaction is undone. Inside another transaction it is a part of
  // that.
  //
  // What changes one row in one statement needs none. What changes several must not run beside such a change
  // of the same rows: on a server each could wait for a row of the other.
  template <typename Change>
  auto transact(Change change) -> decltype(change()) {
    if (changes_) return change();
    const Turn turn(*this);
    return sql::transact(*db_, true, [&]() -> decltype(change()) {
      KOINON_TRY(wait_for_turn());
      return change();
    });
  }
  // Runs a statement so, and says how many rows it has changed.
  Result<std::int64_t> run_in_turn(sql::Statement& statement) {
    return transact([&]() -> Result<std::int64_t> {
      KOINON_TRY(statement.run());
      return db_->changes();
    });
  }

 private:
  // While a change runs. Where it throws, it is undone.
  class Turn {
   public:
    explicit Turn(OfficeDb& office) : office_(office) { office_.changes_ = true; }
    ~Turn() {
      office_.changes_ = false;
      if (std::uncaught_exceptions() > thrown_before_) office_.db_->rollback();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    OfficeDb& office_;
    int thrown_before_ = std::uncaught_exceptions();
  };

  OfficeDb(std::unique_ptr<sql::Connection> db, bool is_on_server)
      : db_(std::move(db)), is_on_server_(is_on_server) {}
  Status wait_for_turn();

  std::unique_ptr<sql::Connection> db_;
  bool is_on_server_;
  bool changes_ = false;  // a change runs
};

// Numbers that name things of the office.
template <typename Tag>
struct OfficeId {
  std::int64_t value = 0;
  auto operator<=>(const OfficeId&) const = default;
};
using UserId = OfficeId<struct UserTag>;
using DraftId = OfficeId<struct DraftTag>;
using HeldId = OfficeId<struct HeldTag>;
using WebhookId = OfficeId<struct WebhookTag>;
using MailId = OfficeId<struct MailTag>;
using WorksheetId = OfficeId<struct WorksheetTag>;

}  // namespace koinon
