#include "storage/store/sqlite_log_keys.h"

#include "storage/store/recovery_rules.h"

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

Result<std::optional<SqliteLogKeys::Before>> SqliteLogKeys::before(const LogId& log, Column column,
                                                                   BytesView key) {
  auto select = column == Column::kNode
                    ? db_.prepare(
                          "SELECT entry_index, node FROM log_keys WHERE log_id = ? AND voided = 0 AND "
                          "node <> ? ORDER BY entry_index DESC LIMIT 1")
                    : db_.prepare(
                          "SELECT entry_index, cosigner FROM log_keys WHERE log_id = ? AND voided = 0 AND "
                          "cosigner <> ? ORDER BY entry_index DESC LIMIT 1");
  select.bind_blob(log.view()).bind_blob(key);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<Before>();
  return std::optional(Before{EntryIndex(select.number(0)), Bytes(select.blob(1))});
}

// 0: there is none.
Result<EntryIndex> SqliteLogKeys::first_after(const LogId& log, std::optional<EntryIndex> index) {
  auto select = db_.prepare(
      "SELECT coalesce(min(entry_index), 0) FROM log_keys WHERE log_id = ? AND voided = 0 AND entry_index > "
      "?");
  select.bind_blob(log.view()).bind(index ? static_cast<std::int64_t>(index->value) : -1);
  KOINON_TRY(select.step());
  return EntryIndex(select.number(0));
}

// Beside the entries that are kept here stands the Genesis, at 0.
Result<StandingKeys> SqliteLogKeys::standing(const LogId& log) {
  StandingKeys out;
  KOINON_ASSIGN(out.keys, of(log));
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const Bytes genesis, logs_.entry(log, EntryIndex(0)));
  KOINON_ASSIGN(const LogKeys first, check_genesis(genesis, state.identity()));
  KOINON_ASSIGN(const auto node, before(log, Column::kNode, out.keys.node.view()));
  KOINON_ASSIGN(const auto cosigner, before(log, Column::kCosigner, out.keys.cosigner.view()));
  const bool first_node = !node && first.node == out.keys.node;
  const bool first_cosigner = !cosigner && first.cosigner == out.keys.cosigner;
  const auto after = [](const std::optional<Before>& one) {
    return one ? std::optional(one->index) : std::nullopt;
  };
  if (!first_node) {
    KOINON_ASSIGN(out.node_since, first_after(log, after(node)));
  }
  if (!first_cosigner) {
    KOINON_ASSIGN(out.cosigner_since, first_after(log, after(cosigner)));
  }
  if (first_node || (node && node->key.size() != NodeKey::kSize)) return out;
  const EntryIndex named = node ? node->index : EntryIndex(0);
  if (named.value >= recovered_size(state.keys).value)
    out.node_before = node ? NodeKey::from(node->key) : first.node;
  return out;
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
