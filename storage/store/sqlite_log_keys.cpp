#include "storage/store/sqlite_log_keys.h"

#include <utility>

#include "storage/store/recovery_rules.h"

namespace koinon {
namespace {

Error damaged_keys() { return fail(Code::kIo, "a log's keys are damaged; restore the store", "log_keys"); }

}  // namespace

Result<std::optional<KeysSoFar>> SqliteLogKeys::last(const LogId& log) {
  auto select = db_.prepare(
      "SELECT entry_index, cosigner, sealing, node, node_since, cosigner_since, node_before, before_at "
      "FROM log_keys INDEXED BY log_keys_standing WHERE log_id = ? AND voided = 0 "
      "ORDER BY entry_index DESC LIMIT 1");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<KeysSoFar>();
  if (select.blob(1).size() != PublicKey::kSize || select.blob(2).size() != SealingKey::kSize ||
      select.blob(3).size() != NodeKey::kSize)
    return damaged_keys();
  KeysSoFar row;
  row.fact = {
      EntryIndex(select.number(0)),
      {PublicKey::from(select.blob(1)), SealingKey::from(select.blob(2)), NodeKey::from(select.blob(3))}};
  if (!select.is_null(4)) row.node_since = EntryIndex(select.number(4));
  if (!select.is_null(5)) row.cosigner_since = EntryIndex(select.number(5));
  if (select.is_null(7)) return std::optional(row);
  if (select.blob(6).size() != NodeKey::kSize) return damaged_keys();
  row.node_before = NodeBefore{NodeKey::from(select.blob(6)), EntryIndex(select.number(7))};
  return std::optional(row);
}

Result<LogKeys> SqliteLogKeys::genesis(const LogId& log) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const Bytes entry, logs_.entry(log, EntryIndex(0)));
  return check_genesis(entry, state.identity());
}

Result<LogKeys> SqliteLogKeys::of(const LogId& log) {
  KOINON_ASSIGN(const auto row, last(log));
  return row ? Result<LogKeys>(row->fact.keys) : genesis(log);
}

Result<EntryIndex> SqliteLogKeys::first(const LogId& log) {
  auto select = db_.prepare(
      "SELECT entry_index FROM log_keys INDEXED BY log_keys_standing WHERE log_id = ? AND voided = 0 "
      "ORDER BY entry_index LIMIT 1");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  return found ? EntryIndex(select.number(0)) : EntryIndex(0);
}

// Before the first entry that is kept here stands the Genesis, at 0.
Result<StandingKeys> SqliteLogKeys::standing(const LogId& log) {
  KOINON_ASSIGN(auto row, last(log));
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  if (!row || !row->node_since || !row->cosigner_since) {
    KOINON_ASSIGN(const LogKeys named, genesis(log));
    KOINON_ASSIGN(const EntryIndex since, first(log));
    row = row ? behind_genesis(std::move(*row), named, since) : keys_of_genesis(named);
  }
  return standing_of(*row, recovered_size(state.keys));
}

Result<bool> SqliteLogKeys::has_named_node(const LogId& log, const NodeKey& key) {
  KOINON_ASSIGN(const LogKeys named, genesis(log));
  if (named.node == key) return true;
  auto select = db_.prepare("SELECT 1 FROM log_keys WHERE log_id = ? AND node = ? LIMIT 1");
  return select.bind_blob(log.view()).bind_blob(key.view()).step();
}

Result<bool> SqliteLogKeys::is_news(const LogId& log, const KeysFact& fact,
                                    const std::optional<KeysSoFar>& before) {
  KeysFact named;
  if (before) {
    named = before->fact;
  } else {
    const auto first = genesis(log);
    if (!first.ok())
      return first.error().code == Code::kIo ? Result<bool>(first.error()) : Result<bool>(true);
    named.keys = *first;
  }
  if (named.keys != fact.keys) return true;
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  return says_new_keys(named, fact, recovered_size(state.keys));
}

Status SqliteLogKeys::keep(const LogId& log, const KeysFact& fact) {
  KOINON_ASSIGN(const auto before, last(log));
  KOINON_ASSIGN(const bool news, is_news(log, fact, before));
  return news ? put(log, keys_after(before, fact)) : Status();
}

Status SqliteLogKeys::put(const LogId& log, const KeysSoFar& row) {
  auto put = db_.prepare(
      "INSERT OR REPLACE INTO log_keys (log_id, entry_index, cosigner, sealing, node, node_since, "
      "cosigner_since, node_before, before_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const auto bind = [&put](const std::optional<EntryIndex>& index) {
    if (index) {
      put.bind(static_cast<std::int64_t>(index->value));
    } else {
      put.bind_null();
    }
  };
  put.bind_blob(log.view())
      .bind(static_cast<std::int64_t>(row.fact.index.value))
      .bind_blob(row.fact.keys.cosigner.view())
      .bind_blob(row.fact.keys.sealing.view())
      .bind_blob(row.fact.keys.node.view());
  bind(row.node_since);
  bind(row.cosigner_since);
  if (!row.node_before) return put.bind_null().bind_null().run();
  return put.bind_blob(row.node_before->key.view())
      .bind(static_cast<std::int64_t>(row.node_before->at.value))
      .run();
}

Status SqliteLogKeys::void_from(const LogId& log, EntryIndex from) {
  auto put = db_.prepare(
      "UPDATE log_keys INDEXED BY log_keys_standing SET voided = 1 "
      "WHERE log_id = ? AND entry_index >= ? AND voided = 0");
  return put.bind_blob(log.view()).bind(static_cast<std::int64_t>(from.value)).run();
}

Result<bool> SqliteLogKeys::is_of_its_node(const LogId& log, const NodeKey& key) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  const TreeSize recovered = recovered_size(state.keys);
  if (recovered.value == 0) {
    KOINON_ASSIGN(const LogKeys named, genesis(log));
    if (named.node == key) return true;
  }
  auto select = db_.prepare(
      "SELECT 1 FROM log_keys INDEXED BY log_keys_by_node "
      "WHERE log_id = ? AND node = ? AND voided = 0 AND entry_index >= ? LIMIT 1");
  return select.bind_blob(log.view())
      .bind_blob(key.view())
      .bind(static_cast<std::int64_t>(recovered.value))
      .step();
}

}  // namespace koinon
