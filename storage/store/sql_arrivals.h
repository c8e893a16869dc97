// The arrivals of a store of SQL, numbered without a gap. Writing is part of SqlStore, inside its
// transactions.
#pragma once

#include "storage/store/sql_logs.h"

namespace koinon {

class SqlArrivals {
 public:
  SqlArrivals(sql::Connection& db, SqlLogs& logs) : db_(db), logs_(logs) {}

  Result<std::vector<Arrival>> after(ArrivalSeq after, std::size_t limit);
  Result<std::optional<Arrival>> of(const LogId& log, EntryIndex index);

  // `number` is that of the log.
  // The log is cut: `count` entries from `from` on, its last ones, are void.
  Status void_from(std::int64_t number, EntryIndex from, std::uint64_t count, UnixMillis at);
  Status write(std::int64_t number, EntryIndex from, std::uint64_t count, ArrivalKind kind, UnixMillis at,
               const std::optional<NodeKey>& source = {});

 private:
  sql::Connection& db_;
  SqlLogs& logs_;
};

}  // namespace koinon
