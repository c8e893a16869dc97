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
  auto put = db_.prepare("INSERT OR REPLACE INTO removed (log_id, what, change) VALUES (?, ?, ?)");
  KOINON_TRY(put.bind_blob(log.view()).bind(static_cast<std::int64_t>(what)).bind(change).run());
  if (what != Removed::kLog) return {};
  // All of a log: that says more than some of its entries.
  auto remove = db_.prepare("DELETE FROM removed WHERE log_id = ? AND what = ?");
  return remove.bind_blob(log.view()).bind(static_cast<std::int64_t>(Removed::kEntries)).run();
}

// Of a log that is taken away piece by piece, its newest entries first, the last piece says what those before
// it said. So there is about one row for each time that it was taken back, and that costs a statement each
// time, of which a log has a bounded number.
Status IndexChanges::note_entries_removed(const LogId& log, EntryIndex from, EntryIndex to,
                                          ArrivalSeq arrival) {
  KOINON_ASSIGN(const std::int64_t change, next());
  auto put = db_.prepare(
      "INSERT INTO removed (log_id, what, arrival, from_index, to_index, change) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (log_id, what, arrival) DO UPDATE SET to_index = excluded.to_index, change = "
      "excluded.change");
  KOINON_TRY(put.bind_blob(log.view())
                 .bind(static_cast<std::int64_t>(Removed::kEntries))
                 .bind(static_cast<std::int64_t>(arrival.value))
                 .bind(static_cast<std::int64_t>(from.value))
                 .bind(static_cast<std::int64_t>(to.value))
                 .bind(change)
                 .run());
  auto remove = db_.prepare(
      "DELETE FROM removed WHERE log_id = ? AND what = ? AND arrival < ? AND from_index >= ? AND to_index <= "
      "?");
  return remove.bind_blob(log.view())
      .bind(static_cast<std::int64_t>(Removed::kEntries))
      .bind(static_cast<std::int64_t>(arrival.value))
      .bind(static_cast<std::int64_t>(from.value))
      .bind(static_cast<std::int64_t>(to.value))
      .run();
}

Status IndexChanges::new_generation() {
  return db_.execute(
      "INSERT INTO meta (key, value) VALUES ('generation', 1) ON CONFLICT (key) DO UPDATE SET value = value "
      "+ 1");
}

}  // namespace koinon
