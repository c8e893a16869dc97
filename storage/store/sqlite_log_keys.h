// The keys that logs name for their nodes, in the SQLite store. Writing is part of SqliteStore, inside its
// transactions.
#pragma once

#include "storage/store/log_store.h"
#include "storage/store/sqlite_logs.h"

namespace koinon {

class SqliteLogKeys {
 public:
  SqliteLogKeys(sqlite::Connection& db, SqliteLogs& logs) : db_(db), logs_(logs) {}

  Result<LogKeys> of(const LogId& log);
  Result<StandingKeys> standing(const LogId& log);
  Result<std::vector<NodeKey>> old_node_keys(const LogId& log);

  Status keep(const LogId& log, const KeysFact& fact);
  // Entries from `from` on are void.
  Status void_from(const LogId& log, EntryIndex from);

 private:
  enum class Column : unsigned char { kNode, kCosigner };
  // The last standing entry before the run of those that name the same key as the last one.
  struct Before {
    EntryIndex index;
    Bytes key;
  };
  Result<std::optional<Before>> before(const LogId& log, Column column, BytesView key);
  Result<EntryIndex> first_after(const LogId& log, std::optional<EntryIndex> index);

  sqlite::Connection& db_;
  SqliteLogs& logs_;
};

}  // namespace koinon
