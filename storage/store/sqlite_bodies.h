// Bodies of the SQLite store: those that came after their entry, those held for peers, those that are taken
// away. Part of SqliteStore, inside its transactions.
#pragma once

#include "storage/store/sqlite_arrivals.h"
#include "storage/store/sqlite_attachments.h"

namespace koinon {

class SqliteBodies {
 public:
  SqliteBodies(sqlite::Connection& db, SqliteLogs& logs, SqliteArrivals& arrivals,
               SqliteAttachments& attachments, std::uint64_t transit_quota)
      : db_(db), logs_(logs), arrivals_(arrivals), attachments_(attachments), transit_quota_(transit_quota) {}

  // `ours`: they are of our own log.
  Status add(const BodiesCommit& bodies, bool ours);
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most);
  // Called after the records of the run were written. Erases what the run's withdrawals erase, and takes back
  // marks of erasure that the run contradicts.
  Status settle_withdrawals(std::int64_t number, const RunCommit& run);
  Status set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now);
  // Removes the records with these ids, and all that is held with them.
  Status remove_run(std::int64_t begin, std::int64_t end);
  // The log is removed. All that is held under its number goes later, piece by piece.
  Status remove_all(std::int64_t number);
  // Takes away a piece of what is left of removed logs: some MiB, or one larger file. True: nothing is left.
  Result<bool> sweep();

  // Whether bytes were deleted that may still be in the write-ahead log.
  bool erased() const { return erased_; }
  void clear_erased() { erased_ = false; }

 private:
  Status set_body(std::int64_t id, std::optional<BytesView> body, BodyState state,
                  std::optional<EntryIndex> erased_by = {});
  Status drop_transit(std::int64_t id);
  Result<bool> put_hidden(std::int64_t id, bool hidden);
  Status trim_transit(std::int64_t number, UnixMillis now);
  Status refute_marks(std::int64_t number, const RunCommit& run);
  Result<bool> sweep_rows(std::int64_t number, const char* select, const char* remove);
  Result<bool> sweep_records(std::int64_t number);
  Result<bool> sweep_transit(std::int64_t number);

  sqlite::Connection& db_;
  SqliteLogs& logs_;
  SqliteArrivals& arrivals_;
  SqliteAttachments& attachments_;
  std::uint64_t transit_quota_;
  bool erased_ = false;
};

}  // namespace koinon
