#include "storage/memory/memory_logs.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "proto/codec/entry.h"
#include "storage/store/cosigned_rules.h"
#include "storage/store/log_keys_rules.h"
#include "storage/store/recovery_rules.h"
#include "storage/store/run_rules.h"

namespace koinon {

// --- reading ---

Result<MemoryLog*> MemoryLogs::find(const LogId& log) {
  const auto it = logs_.find(log);
  if (it == logs_.end()) return unknown_log();
  return it->second.get();
}

MemoryLog* MemoryLogs::held(const LogId& log) {
  const auto it = logs_.find(log);
  return it == logs_.end() ? nullptr : it->second.get();
}

NodeReader MemoryLogs::nodes(const MemoryLog& log) {
  return [&log](TreeNode node) -> Result<Hash> {
    if (node.level >= log.levels.size() || node.index >= log.levels[node.level].size()) {
      return fail(Code::kNotFound, "the tree is not held up to there", "tile");
    }
    return log.levels[node.level][node.index];
  };
}

StoredRecord MemoryLogs::stored(const MemoryRecord& record, EntryIndex index) {
  return {index,          *record.entry, record.body ? *record.body : Bytes(), record.state, record.erased_by,
          record.transit, record.hidden};
}

Result<ServedRun> MemoryLogs::read_run(const LogId& id, EntryIndex from, EntryIndex to, TreeSize size,
                                       std::size_t max_bytes) {
  KOINON_TRY(check_range(from, to, size));
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  ServedRun run;
  RunBudget budget(max_bytes);
  for (std::uint64_t i = from.value; i < to.value && i < log->records.size(); ++i) {
    StoredRecord record = stored(log->records[i], EntryIndex(i));
    if (!budget.takes(record)) break;
    run.records.push_back(std::move(record));
  }
  if (run.records.empty()) return no_such_entry();
  KOINON_ASSIGN(run.proof, run_proof(from, run.records.size(), size, nodes(*log)));
  return run;
}

Result<Hash> MemoryLogs::root_at(const LogId& id, TreeSize size) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  CompactRange range;
  const auto read = nodes(*log);
  for (const auto node : cover(0, size.value)) {
    KOINON_ASSIGN(const Hash hash, read(node));
    range.append_node(node.level, hash);
  }
  return range.root();
}

Result<HashPath> MemoryLogs::inclusion(const LogId& id, EntryIndex index, TreeSize size) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  return inclusion_proof(index, size, nodes(*log));
}

Result<RunProof> MemoryLogs::run_proof_at(const LogId& id, EntryIndex from, std::uint64_t count,
                                          TreeSize size) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  return run_proof(from, count, size, nodes(*log));
}

Result<std::vector<Hash>> MemoryLogs::hashes(const LogId& id, TreeNode first, std::uint64_t count) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  const auto read = nodes(*log);
  std::vector<Hash> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    KOINON_ASSIGN(const Hash hash, read({first.level, first.index + i}));
    out.push_back(hash);
  }
  return out;
}

Result<StoredRecord> MemoryLogs::record(const LogId& id, EntryIndex index) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  if (index.value >= log->records.size()) return no_such_entry();
  return stored(log->records[index.value], index);
}

Result<LogState> MemoryLogs::log_state(const LogId& id) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  return log->state;
}

std::vector<LogState> MemoryLogs::logs_named(std::string_view name, BytesView id_prefix,
                                             std::size_t limit) const {
  std::vector<LogState> out;
  for (const auto& [id, log] : logs_) {
    const bool meant = log->state.identity().name == name && id.view().starts_with(id_prefix);
    if (meant && out.size() < limit) out.push_back(log->state);
  }
  return out;
}

std::vector<LogState> MemoryLogs::logs_after(const std::optional<LogState>& last, std::size_t limit) const {
  std::map<std::pair<std::string, LogId>, const LogState*> by_name;
  for (const auto& [id, log] : logs_) {
    if (log->state.range.size().value > 0)
      by_name.emplace(std::pair(log->state.identity().name, id), &log->state);
  }
  std::vector<LogState> out;
  auto next = last ? by_name.upper_bound({last->identity().name, last->id}) : by_name.begin();
  for (; next != by_name.end() && out.size() < limit; ++next) out.push_back(*next->second);
  return out;
}

StoreCounts MemoryLogs::counts() const {
  StoreCounts out;
  out.logs = logs_.size();
  for (const auto& [id, log] : logs_) out.records += log->records.size();
  return out;
}

Result<LogKeys> MemoryLogs::log_keys(const LogId& id) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  return log->named.empty() ? genesis_keys(*log->records.front().entry) : log->named.back().keys;
}

Result<StandingKeys> MemoryLogs::standing_keys(const LogId& id) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  KOINON_ASSIGN(const LogKeys first, genesis_keys(*log->records.front().entry));
  KeysSoFar keys = keys_of_genesis(first);
  for (const KeysFact& named : log->named) keys = keys_after(keys, named);
  return standing_of(keys, recovered_size(log->state.keys));
}

Result<std::vector<CosignerKey>> MemoryLogs::cosigner_keys(const LogId& id) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  const TreeSize recovered = recovered_size(log->state.keys);
  std::vector<CosignerRun> runs;
  if (recovered.value == 0) {
    KOINON_ASSIGN(const LogKeys first, genesis_keys(*log->records.front().entry));
    runs.push_back({first.cosigner, EntryIndex(0)});
  }
  for (const KeysFact& named : log->named) {
    const bool is_void = named.index.value < recovered.value;
    if (is_void || (!runs.empty() && runs.back().key == named.keys.cosigner)) continue;
    runs.push_back({named.keys.cosigner, named.index, named.cosigner_lost});
  }
  std::reverse(runs.begin(), runs.end());
  return cosigner_keys_of(runs);
}

Result<bool> MemoryLogs::has_named_node(const LogId& id, const NodeKey& key) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  if (named_nodes_.contains({id, key})) return true;
  KOINON_ASSIGN(const LogKeys first, genesis_keys(*log->records.front().entry));
  return first.node == key;
}

Result<bool> MemoryLogs::is_of_its_node(const LogId& id, const NodeKey& key) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  const TreeSize recovered = recovered_size(log->state.keys);
  KOINON_ASSIGN(const LogKeys first, genesis_keys(*log->records.front().entry));
  if (recovered.value == 0 && first.node == key) return true;
  return std::any_of(log->named.begin(), log->named.end(), [&](const KeysFact& named) {
    return named.index.value >= recovered.value && named.keys.node == key;
  });
}

std::optional<EntryIndex> MemoryLogs::own_content(BytesView digest) const {
  for (const auto* known : {&own_contents_, &own_sealed_}) {
    if (const auto it = known->find(Bytes(digest)); it != known->end()) return it->second;
  }
  return std::nullopt;
}

Result<std::vector<EntryIndex>> MemoryLogs::hidden(const LogId& id) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  std::vector<EntryIndex> out;
  for (std::size_t i = 0; i < log->records.size(); ++i) {
    if (log->records[i].hidden) out.emplace_back(i);
  }
  return out;
}

Result<std::vector<StoredRecord>> MemoryLogs::unheld(const LogId& id, EntryIndex from, std::size_t limit) {
  KOINON_ASSIGN(const MemoryLog* log, find(id));
  std::vector<StoredRecord> out;
  for (std::uint64_t i = from.value; i < log->records.size() && out.size() < limit; ++i) {
    const MemoryRecord& record = log->records[i];
    if (!record.body && record.state == BodyState::kNotHeld) out.push_back(stored(record, EntryIndex(i)));
  }
  return out;
}

Result<std::vector<std::pair<LogId, Bytes>>> MemoryLogs::lacking(std::size_t limit) {
  std::vector<std::pair<LogId, Bytes>> out;
  for (const auto& [id, log] : logs_) {
    if (log->state.out_since) continue;
    KOINON_ASSIGN(auto records, unheld(id, EntryIndex(0), limit - out.size()));
    for (StoredRecord& record : records) out.emplace_back(id, std::move(record.entry));
  }
  return out;
}

// --- writing ---

std::uint64_t MemoryLogs::bytes_of(const MemoryRecord& record) {
  return bytes_held(record.entry->size(), record.body && !record.transit ? record.body->size() : 0);
}

void MemoryLogs::remember_state(const MemoryLog& log) {
  undo_.remember([this, old = log.state] { logs_.at(old.id)->state = old; });
}

MemoryLog& MemoryLogs::append(const RunCommit& run, KeyHistory keys, bool own) {
  auto it = logs_.find(run.log);
  if (it == logs_.end()) {
    it = logs_.emplace(run.log, std::make_unique<MemoryLog>()).first;
    it->second->state.id = run.log;
    it->second->state.keys = std::move(keys);
    undo_.remember([this, id = run.log] { logs_.erase(id); });
  }
  MemoryLog& log = *it->second;
  remember_state(log);
  append_records(log, run);
  log.state.bytes += bytes_held(run.records);
  log.state.range = run.after;
  log.state.seen = run.head;
  log.state.seen_right = run.right;
  put_own_contents(run, own);
  put_named_nodes(run);
  return log;
}

void MemoryLogs::append_records(MemoryLog& log, const RunCommit& run) {
  undo_.remember([this, id = run.log, size = log.records.size(), named = log.named.size()] {
    MemoryLog& data = *logs_.at(id);
    data.records.resize(size);
    data.named.erase(data.named.begin() + static_cast<std::ptrdiff_t>(named), data.named.end());
    for (std::size_t level = 0; level < data.levels.size(); ++level) data.levels[level].resize(size >> level);
  });
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    const StoredRecord& record = run.records[i];
    log.records.push_back({pool_.intern(record.entry),
                           record.body.empty() ? nullptr : pool_.intern(record.body), record.state,
                           record.erased_by, false, false});
    Hash hash = run.leaves[i];
    for (std::size_t level = 0;; ++level) {
      if (level == log.levels.size()) log.levels.emplace_back();
      log.levels[level].push_back(hash);
      const std::size_t count = log.levels[level].size();
      if (count % 2 == 1) break;
      hash = node_hash(log.levels[level][count - 2], log.levels[level][count - 1]);
    }
  }
  log.named.insert(log.named.end(), run.keys.begin(), run.keys.end());
}

void MemoryLogs::put_own_content(Bytes digest, EntryIndex index, std::map<Bytes, EntryIndex>& to) {
  if (digest.empty()) return;
  const auto it = to.find(digest);
  const auto old = it == to.end() ? std::nullopt : std::optional(it->second);
  to.insert_or_assign(digest, index);
  undo_.remember([&to, digest = std::move(digest), old] {
    if (old) {
      to.insert_or_assign(digest, *old);
    } else {
      to.erase(digest);
    }
  });
}

void MemoryLogs::put_own_contents(const RunCommit& run, bool own) {
  for (std::size_t i = 0; i < run.own_contents.size(); ++i)
    put_own_content(run.own_contents[i], run.records[i].index, own_contents_);
  if (!own) return;
  for (const StoredRecord& record : run.records)
    put_own_content(sealed_digest(record.entry), record.index, own_sealed_);
}

void MemoryLogs::put_named_nodes(const RunCommit& run) {
  for (const KeysFact& fact : run.keys) {
    const std::pair named(run.log, fact.keys.node);
    if (named_nodes_.insert(named).second) undo_.remember([this, named] { named_nodes_.erase(named); });
  }
}

void MemoryLogs::forget_own_content(EntryIndex index) {
  for (auto content = own_contents_.begin(); content != own_contents_.end(); ++content) {
    if (content->second != index) continue;
    undo_.remember([this, old = *content] { own_contents_.insert(old); });
    own_contents_.erase(content);
    return;
  }
}

void MemoryLogs::forget_own_from(EntryIndex from, std::map<Bytes, EntryIndex>& of) {
  undo_.remember([&of, old = of] { of = old; });
  std::erase_if(of, [from](const auto& content) { return content.second >= from; });
}

void MemoryLogs::cut(MemoryLog& log, EntryIndex from, bool own) {
  undo_.remember([this, id = log.state.id, records = log.records, levels = log.levels, named = log.named] {
    MemoryLog& data = *logs_.at(id);
    data.records = records;
    data.levels = levels;
    data.named = named;
  });
  std::erase_if(log.named, [from](const KeysFact& fact) { return fact.index >= from; });
  LogState state = log.state;
  for (std::size_t i = from.value; i < log.records.size(); ++i) state.bytes -= bytes_of(log.records[i]);
  log.records.resize(from.value);
  for (std::size_t level = 0; level < log.levels.size(); ++level)
    log.levels[level].resize(from.value >> level);
  state.range = range_of(log);
  set_state(log, std::move(state));
  if (!own) return;
  forget_own_from(from, own_contents_);
  forget_own_from(from, own_sealed_);
}

CompactRange MemoryLogs::range_of(const MemoryLog& log) {
  CompactRange range;
  for (const auto node : cover(0, log.records.size()))
    range.append_node(node.level, log.levels[node.level][node.index]);
  return range;
}

void MemoryLogs::set_state(MemoryLog& log, LogState state) {
  remember_state(log);
  log.state = std::move(state);
}

void MemoryLogs::set_record(MemoryLog& log, EntryIndex index, MemoryRecord record) {
  undo_.remember([this, id = log.state.id, index, old = log.records[index.value], bytes = log.state.bytes] {
    logs_.at(id)->records[index.value] = old;
    logs_.at(id)->state.bytes = bytes;
  });
  log.state.bytes = log.state.bytes + bytes_of(record) - bytes_of(log.records[index.value]);
  log.records[index.value] = std::move(record);
}

void MemoryLogs::set_row(MemoryLog& log, JournalSeq row, const std::optional<StoredHead>& whole) {
  remember_state(log);
  log.state.journal_seq = row;
  log.state.whole = whole;
}

Result<JournalSeq> MemoryLogs::write_row(MemoryLog& log) {
  if (!log.state.whole) return JournalSeq(0);
  KOINON_ASSIGN(const JournalSeq row, epochs_.next_row());
  set_row(log, row, log.state.whole);
  return row;
}

void MemoryLogs::set_frozen(MemoryLog& log, bool frozen) {
  remember_state(log);
  log.state.frozen = frozen;
}

void MemoryLogs::set_held_under(MemoryLog& log, std::uint64_t recoveries) {
  remember_state(log);
  log.state.held_under = recoveries;
}

void MemoryLogs::set_keys(MemoryLog& log, KeyHistory keys) {
  remember_state(log);
  log.state.keys = std::move(keys);
}

void MemoryLogs::set_out(MemoryLog& log, std::optional<UnixMillis> since, std::chrono::milliseconds lived) {
  remember_state(log);
  log.state.out_since = since;
  log.state.out_lived = lived;
}

void MemoryLogs::remove(const LogId& id) {
  const auto it = logs_.find(id);
  std::shared_ptr<MemoryLog> old = std::move(it->second);
  logs_.erase(it);
  undo_.remember([this, id, old] { logs_.insert_or_assign(id, std::make_unique<MemoryLog>(*old)); });
}

}  // namespace koinon
