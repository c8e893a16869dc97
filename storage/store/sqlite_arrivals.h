// The arrivals of the SQLite store, numbered without a gap. Writing is part of SqliteStore, inside its
// transactions.
#pragma once

#include "storage/store/sqlite_logs.h"

namespace koinon {

class SqliteArrivals {
 public:
  SqliteArrivals(sqlite::Connection& db, SqliteLogs& logs) : db_(db), logs_(logs) {}

  Result<std::vector<Arrival>> after(ArrivalSeq after, std::size_t limit);
  Result<std::optional<Arrival>> of(const LogId& log, EntryIndex index);

  // `number` is that of the log.
  // The log is cut: `count` entries from `from` on, its last ones, are void.
  Status void_from(std::int64_t number, EntryIndex from, std::uint64_t count, UnixMillis at);
  Status write(std::int64_t number, EntryIndex from, std::uint64_t count, ArrivalKind kind, UnixMillis at,
               const std::optional<NodeKey>& source = {});

 private:
  sqlite::Connection& db_;
  SqliteLogs& logs_;
};

}  // namespace koinon
