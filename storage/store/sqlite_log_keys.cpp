#include "storage/store/sqlite_log_keys.h"

namespace koinon {

Result<LogKeys> SqliteLogKeys::of(const LogId& log) {
  auto select = db_.prepare(
      "SELECT cosigner, sealing, node FROM log_keys WHERE log_id = ? AND voided = 0 ORDER BY entry_index "
      "DESC "
      "LIMIT 1");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (found) {
    if (select.blob(0).size() != PublicKey::kSize || select.blob(1).size() != SealingKey::kSize ||
        select.blob(2).size() != NodeKey::kSize)
      return fail(Code::kIo, "a log's keys are damaged; restore the store", "log_keys");
    return LogKeys{PublicKey::from(select.blob(0)), SealingKey::from(select.blob(1)),
                   NodeKey::from(select.blob(2))};
  }
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const Bytes genesis, logs_.entry(log, EntryIndex(0)));
  return check_genesis(genesis, state.identity());
}

Result<std::vector<NodeKey>> SqliteLogKeys::old_node_keys(const LogId& log) {
  KOINON_ASSIGN(const LogKeys current, of(log));
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const Bytes genesis, logs_.entry(log, EntryIndex(0)));
  KOINON_ASSIGN(const LogKeys first, check_genesis(genesis, state.identity()));
  std::vector<NodeKey> out;
  if (first.node != current.node) out.push_back(first.node);
  auto select = db_.prepare("SELECT DISTINCT node FROM log_keys WHERE log_id = ?");
  select.bind_blob(log.view());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() != NodeKey::kSize) continue;
    const NodeKey key = NodeKey::from(select.blob(0));
    if (key != current.node && key != first.node) out.push_back(key);
  }
}

Status SqliteLogKeys::keep(const LogId& log, const KeysFact& fact) {
  auto put = db_.prepare(
      "INSERT INTO log_keys (log_id, entry_index, cosigner, sealing, node) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (log_id, entry_index, node) DO UPDATE SET voided = 0, cosigner = excluded.cosigner, "
      "sealing = excluded.sealing");
  return put.bind_blob(log.view())
      .bind(static_cast<std::int64_t>(fact.index.value))
      .bind_blob(fact.keys.cosigner.view())
      .bind_blob(fact.keys.sealing.view())
      .bind_blob(fact.keys.node.view())
      .run();
}

Status SqliteLogKeys::void_from(const LogId& log, EntryIndex from) {
  auto put = db_.prepare("UPDATE log_keys SET voided = 1 WHERE log_id = ? AND entry_index >= ?");
  return put.bind_blob(log.view()).bind(static_cast<std::int64_t>(from.value)).run();
}

}  // namespace koinon
