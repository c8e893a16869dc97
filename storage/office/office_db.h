// office.db holds what an office keeps to itself: accounts, drafts, the state of its inbox, webhooks and
// mail. None of it is part of a log. It leaves the node only as mail and webhooks.
//
// A connection belongs to one thread. Several may be open: SQLite's locks order their changes.
#pragma once

#include <filesystem>

#include "storage/sqlite/schema_steps.h"

namespace koinon {

const sqlite::SchemaSteps& office_schema();

class OfficeDb {
 public:
  // Opens or creates the file. Brings an older schema up to date; refuses a newer one. One that is up to date
  // is only read: so it opens while another connection writes, and on a full disk.
  static Result<OfficeDb> open(const std::filesystem::path& path);

  sqlite::Connection& connection() { return db_; }

  // Runs `change` in one transaction. If `change` returns an error, the transaction is undone.
  template <typename Change>
  auto transact(Change change) -> decltype(change()) {
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    auto result = change();
    if (result.ok()) {
      Status status = db_.execute("COMMIT");
      if (status.ok()) return result;
      (void)db_.execute("ROLLBACK");
      return status.error();
    }
    (void)db_.execute("ROLLBACK");
    return result;
  }

 private:
  explicit OfficeDb(sqlite::Connection db) : db_(std::move(db)) {}
  sqlite::Connection db_;
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
