#include "storage/store/sql_transaction.h"

namespace koinon {

Status SqlTransaction::begin(bool durable) {
  KOINON_TRY(db_.begin(durable));
  durable_ = durable;
  open_ = true;
  undone_.reset();
  return {};
}

Status SqlTransaction::commit() {
  Status status = check();
  if (status.ok()) status = db_.commit();
  if (!status.ok()) {
    rollback();
    return status;
  }
  open_ = false;
  return {};
}

void SqlTransaction::rollback() {
  if (open_) db_.rollback();
  open_ = false;
}

// Without a transaction each statement would be committed alone, and could not be taken back.
Status SqlTransaction::check() const {
  if (!open_) return outside_transaction();
  if (undone_) return *undone_;
  if (!db_.in_transaction()) return fail(Code::kIo, "the store has undone the transaction", "store");
  return {};
}

void SqlTransaction::take_back(const Error& why) {
  const bool taken = db_.in_transaction() && db_.prepare("ROLLBACK TO SAVEPOINT change").run().ok() &&
                     db_.prepare("RELEASE SAVEPOINT change").run().ok();
  if (!taken) undo(why);  // half of a change must not be committed
}

// All changes of the transaction; it can only be rolled back from now on.
void SqlTransaction::undo(const Error& why) {
  db_.rollback();
  undone_ = why;
}

}  // namespace koinon
