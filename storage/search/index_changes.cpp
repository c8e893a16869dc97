#include "storage/search/index_changes.h"

namespace koinon {

Result<std::int64_t> IndexChanges::next() {
  if (last_ == 0) {
    auto select = db_.prepare(
        "SELECT max((SELECT coalesce(max(change), 0) FROM doc), (SELECT coalesce(max(change), 0) FROM city), "
        "(SELECT coalesce(max(change), 0) FROM removed))");
    KOINON_TRY(select.step());
    last_ = select.integer(0);
  }
  return ++last_;
}

// Only the latest time matters.
Status IndexChanges::note_removed(const LogId& log, Removed what) {
  KOINON_ASSIGN(const std::int64_t change, next());
  auto put = db_.prepare("INSERT OR REPLACE INTO removed (log_id, whole, change) VALUES (?, ?, ?)");
  return put.bind_blob(log.view()).bind(static_cast<std::int64_t>(what)).bind(change).run();
}

Status IndexChanges::new_generation() {
  return db_.execute(
      "INSERT INTO meta (key, value) VALUES ('generation', 1) ON CONFLICT (key) DO UPDATE SET value = value "
      "+ 1");
}

}  // namespace koinon
