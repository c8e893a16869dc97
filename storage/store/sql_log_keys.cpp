#include "storage/store/sql_log_keys.h"

#include <algorithm>
#include <utility>

#include "proto/base/limits.h"
#include "storage/store/recovery_rules.h"

namespace koinon {
namespace {

Error damaged_keys() { return fail(Code::kIo, "a log's keys are damaged; restore the store", "log_keys"); }

}  // namespace

Result<std::optional<KeysSoFar>> SqlLogKeys::last(const LogId& log) {
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

Result<LogKeys> SqlLogKeys::genesis(const LogId& log) {
  KOINON_ASSIGN(const Bytes entry, logs_.entry(log, EntryIndex(0)));
  return genesis_keys(entry);
}

Result<LogKeys> SqlLogKeys::of(const LogId& log) {
  KOINON_ASSIGN(const auto row, last(log));
  return row ? Result<LogKeys>(row->fact.keys) : genesis(log);
}

Result<EntryIndex> SqlLogKeys::first(const LogId& log) {
  auto select = db_.prepare(
      "SELECT entry_index FROM log_keys INDEXED BY log_keys_standing WHERE log_id = ? AND voided = 0 "
      "ORDER BY entry_index LIMIT 1");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  return found ? EntryIndex(select.number(0)) : EntryIndex(0);
}

// Before the first entry that is kept here stands the Genesis, at 0.
Result<StandingKeys> SqlLogKeys::standing(const LogId& log) {
  KOINON_ASSIGN(auto row, last(log));
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  if (!row || !row->node_since || !row->cosigner_since) {
    KOINON_ASSIGN(const LogKeys named, genesis(log));
    KOINON_ASSIGN(const EntryIndex since, first(log));
    row = row ? behind_genesis(std::move(*row), named, since) : keys_of_genesis(named);
  }
  return standing_of(*row, recovered_size(state.keys));
}

// A row says where the entries begin that name its cosigner key: however many there are, they are not read.
Result<std::optional<CosignerRun>> SqlLogKeys::run_before(const LogId& log, EntryIndex from,
                                                          EntryIndex before) {
  CosignerRun run;
  {
    auto last = db_.prepare(
        "SELECT cosigner, cosigner_since FROM log_keys INDEXED BY log_keys_standing "
        "WHERE log_id = ? AND voided = 0 AND entry_index >= ? AND entry_index < ? "
        "ORDER BY entry_index DESC LIMIT 1");
    last.bind_blob(log.view()).bind(static_cast<std::int64_t>(from.value));
    KOINON_ASSIGN(const bool found, last.bind(static_cast<std::int64_t>(before.value)).step());
    if (!found) return std::optional<CosignerRun>();
    if (last.blob(0).size() != PublicKey::kSize) return damaged_keys();
    run.key = PublicKey::from(last.blob(0));
    if (!last.is_null(1)) run.since = EntryIndex(last.number(1));
  }
  auto first = db_.prepare(
      "SELECT entry_index, cosigner_lost FROM log_keys INDEXED BY log_keys_standing "
      "WHERE log_id = ? AND voided = 0 AND entry_index >= ? ORDER BY entry_index LIMIT 1");
  first.bind_blob(log.view()).bind(static_cast<std::int64_t>(std::max(from, run.since).value));
  KOINON_ASSIGN(const bool found, first.step());
  if (!found) return damaged_keys();
  run.since = EntryIndex(first.number(0));
  run.loses_all = first.integer(1) != 0;
  return std::optional(run);
}

// One run more than is told: the Genesis may name the key of the last one.
Result<std::vector<CosignerKey>> SqlLogKeys::cosigner_keys(const LogId& log) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  const EntryIndex from(recovered_size(state.keys).value);
  std::vector<CosignerRun> runs;
  EntryIndex before(limits::kMaxLogSize);
  while (runs.size() <= limits::kCosignerKeys) {
    KOINON_ASSIGN(const auto run, run_before(log, from, before));
    if (!run) break;
    if (run->since >= before) return damaged_keys();
    before = run->since;
    runs.push_back(*run);
  }
  if (from == EntryIndex(0)) {
    KOINON_ASSIGN(const LogKeys named, genesis(log));
    runs.push_back({named.cosigner, EntryIndex(0)});
  }
  return cosigner_keys_of(runs);
}

Result<bool> SqlLogKeys::has_named_node(const LogId& log, const NodeKey& key) {
  KOINON_ASSIGN(const LogKeys named, genesis(log));
  if (named.node == key) return true;
  auto select = db_.prepare("SELECT 1 FROM log_keys WHERE log_id = ? AND node = ? LIMIT 1");
  return select.bind_blob(log.view()).bind_blob(key.view()).step();
}

Result<bool> SqlLogKeys::is_news(const LogId& log, const KeysFact& fact,
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

Status SqlLogKeys::keep(const LogId& log, const KeysFact& fact) {
  KOINON_ASSIGN(const auto before, last(log));
  KOINON_ASSIGN(const bool news, is_news(log, fact, before));
  return news ? put(log, keys_after(before, fact)) : Status();
}

Status SqlLogKeys::put(const LogId& log, const KeysSoFar& row) {
  auto put = db_.prepare(
      "INSERT INTO log_keys (log_id, entry_index, cosigner, sealing, node, node_since, cosigner_since, "
      "cosigner_lost, node_before, before_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log_id, "
      "entry_index, node) DO UPDATE SET cosigner = excluded.cosigner, sealing = excluded.sealing, voided = "
      "0, "
      "node_since = excluded.node_since, cosigner_since = excluded.cosigner_since, cosigner_lost = "
      "excluded.cosigner_lost, node_before = excluded.node_before, before_at = excluded.before_at");
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
  put.bind(row.fact.cosigner_lost ? 1 : 0);
  if (!row.node_before) return put.bind_null().bind_null().run();
  return put.bind_blob(row.node_before->key.view())
      .bind(static_cast<std::int64_t>(row.node_before->at.value))
      .run();
}

Status SqlLogKeys::void_from(const LogId& log, EntryIndex from) {
  auto put = db_.prepare(
      "UPDATE log_keys INDEXED BY log_keys_standing SET voided = 1 "
      "WHERE log_id = ? AND entry_index >= ? AND voided = 0");
  return put.bind_blob(log.view()).bind(static_cast<std::int64_t>(from.value)).run();
}

Result<bool> SqlLogKeys::is_of_its_node(const LogId& log, const NodeKey& key) {
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
