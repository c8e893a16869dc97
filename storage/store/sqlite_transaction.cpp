#include "storage/store/sqlite_transaction.h"

namespace koinon {

Status SqliteTransaction::set_durable(bool durable) {
  if (durable == durable_) return {};
  KOINON_TRY(db_.execute("PRAGMA synchronous=" + (durable ? mode_ : std::string("NORMAL"))));
  durable_ = durable;
  return {};
}

Status SqliteTransaction::begin(bool durable) {
  KOINON_TRY(set_durable(durable || mode_ == "OFF"));
  KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
  open_ = true;
  undone_.reset();
  return {};
}

Status SqliteTransaction::commit() {
  Status status = check();
  if (status.ok()) status = db_.execute("COMMIT");
  if (!status.ok()) {
    rollback();
    return status;
  }
  open_ = false;
  return {};
}

void SqliteTransaction::rollback() {
  if (open_) (void)db_.execute("ROLLBACK");  // fails only if SQLite has rolled back already
  open_ = false;
}

// Without a transaction each statement would be committed alone, and could not be taken back.
Status SqliteTransaction::check() const {
  if (!open_) return outside_transaction();
  if (undone_) return *undone_;
  if (!db_.in_transaction()) return fail(Code::kIo, "the store has undone the transaction", "store");
  return {};
}

void SqliteTransaction::take_back(const Error& why) {
  const bool taken = db_.in_transaction() && db_.prepare("ROLLBACK TO change").run().ok() &&
                     db_.prepare("RELEASE change").run().ok();
  if (!taken) undo(why);  // half of a change must not be committed
}

// All changes of the transaction; it can only be rolled back from now on.
void SqliteTransaction::undo(const Error& why) {
  if (db_.in_transaction()) (void)db_.execute("ROLLBACK");
  undone_ = why;
}

}  // namespace koinon
