// The keys that logs name for their nodes, in a store of SQL. Writing is part of SqlStore, inside its
// transactions.
#pragma once

#include "storage/store/cosigned_rules.h"
#include "storage/store/log_keys_rules.h"
#include "storage/store/sql_logs.h"

namespace koinon {

class SqlLogKeys {
 public:
  SqlLogKeys(sql::Connection& db, SqlLogs& logs) : db_(db), logs_(logs) {}

  Result<LogKeys> of(const LogId& log);
  Result<StandingKeys> standing(const LogId& log);
  Result<std::vector<CosignerKey>> cosigner_keys(const LogId& log);
  Result<bool> has_named_node(const LogId& log, const NodeKey& key);
  Result<bool> is_of_its_node(const LogId& log, const NodeKey& key);

  // Entries in their order, each above all that stand.
  Status keep(const LogId& log, const KeysFact& fact);
  // Entries from `from` on are void.
  Status void_from(const LogId& log, EntryIndex from);

 private:
  // Of the row that stands; nothing: the Genesis does.
  Result<std::optional<KeysSoFar>> last(const LogId& log);
  Result<LogKeys> genesis(const LogId& log);
  // The first row that stands.
  Result<EntryIndex> first(const LogId& log);
  // The newest run of entries below this place that name one cosigner key, of those that stand from `from`
  // on. Nothing: there is none.
  Result<std::optional<CosignerRun>> run_before(const LogId& log, EntryIndex from, EntryIndex before);
  Result<bool> is_news(const LogId& log, const KeysFact& fact, const std::optional<KeysSoFar>& before);
  Status put(const LogId& log, const KeysSoFar& row);

  sql::Connection& db_;
  SqlLogs& logs_;
};

}  // namespace koinon
