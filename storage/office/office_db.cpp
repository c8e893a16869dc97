#include "storage/office/office_db.h"

#include "proto/base/limits.h"
#include "storage/office/office_schema.h"
#include "storage/sqlite/sqlite_connection.h"

namespace koinon {
namespace {

// Who is gone without a word must not keep the others waiting: after a while the server ends that
// transaction.
constexpr std::string_view kLock =
    "SELECT one, set_config('idle_in_transaction_session_timeout', '30s', true) FROM office_lock WHERE one = "
    "1 "
    "FOR UPDATE";

}  // namespace

Result<OfficeDb> OfficeDb::open(const std::filesystem::path& path) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {}));
  KOINON_TRY(db.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(db.execute("PRAGMA synchronous=FULL"));
  KOINON_TRY(db.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(db.execute("PRAGMA foreign_keys=ON"));
  KOINON_TRY(db.execute("PRAGMA busy_timeout=5000"));
  KOINON_TRY(db.execute("PRAGMA cache_size=-" + std::to_string(limits::kReaderCacheKiB)));
  KOINON_TRY(sqlite::bring_up_to_date(db, office_schema()));
  return OfficeDb(sqlite::shared(std::move(db)), false);
}

// SQLite lets one transaction write at a time. A server lets them all, and what one has read another may
// change before it is done. So they queue for one row.
Status OfficeDb::wait_for_turn() {
  if (!is_on_server_) return {};
  auto lock = db_->prepare(kLock);
  KOINON_ASSIGN(const bool locked, lock.step());
  if (!locked)
    return fail(Code::kIo, "the office's row to queue for is gone; restore it from a backup", "office");
  return {};
}

}  // namespace koinon
