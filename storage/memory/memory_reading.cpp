// What the store in memory gives: logs, proofs, arrivals.
#include <algorithm>

#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"

namespace koinon {
namespace {

Error unknown_log() { return fail(Code::kNotFound, "no such log is held here", "log"); }

}  // namespace

Result<const MemoryStore::LogData*> MemoryStore::find(const LogId& log) const {
  const auto it = logs_.find(log);
  if (it == logs_.end()) return unknown_log();
  return static_cast<const LogData*>(it->second.get());
}

Result<MemoryStore::LogData*> MemoryStore::find(const LogId& log) {
  const auto it = logs_.find(log);
  if (it == logs_.end()) return unknown_log();
  return it->second.get();
}

NodeReader MemoryStore::nodes(const LogData& log) {
  return [&log](TreeNode node) -> Result<Hash> {
    if (node.level >= log.levels.size() || node.index >= log.levels[node.level].size()) {
      return fail(Code::kNotFound, "the tree is not held up to there", "tile");
    }
    return log.levels[node.level][node.index];
  };
}

StoredRecord MemoryStore::stored(const Record& record, EntryIndex index) {
  return {index,        *record.entry,    record.body ? *record.body : Bytes(),
          record.state, record.erased_by, record.transit};
}

Result<JournalId> MemoryStore::journal() { return options_.journal; }

Result<std::vector<PeerRecord>> MemoryStore::peers() {
  std::vector<PeerRecord> out;
  for (const auto& [key, peer] : peers_) out.push_back(peer);
  return out;
}

Result<std::vector<InviteRecord>> MemoryStore::invites() {
  std::vector<InviteRecord> out;
  for (const auto& [key, invite] : invites_) out.push_back(invite);
  return out;
}

Result<StoreState> MemoryStore::load_state() {
  StoreState state;
  state.journal = options_.journal;
  state.instance_token = instance_token_;
  state.own_log = own_log_;
  for (const auto& [id, log] : logs_) {
    state.logs.push_back(log->state);
    state.last_journal_seq = std::max(state.last_journal_seq, log->state.journal_seq);
  }
  for (const auto& [key, peer] : peers_) state.peers.push_back(peer);
  for (const auto& [key, vouch] : vouches_) state.vouches.push_back(vouch);
  for (const auto& [log, yes] : blocked_) state.blocked.push_back(log);
  for (const auto& [log, proofs] : evidence_) state.forked.push_back(log);
  state.asks.assign(asks_.begin(), asks_.end());
  for (const auto& [key, invite] : invites_) state.invites.push_back(invite);
  state.wants = wants();
  const auto lived = settings_.find(kLived);
  state.lived = lived_of(lived == settings_.end() ? std::nullopt : std::optional(lived->second));
  return state;
}

Result<ServedRun> MemoryStore::read_run(const LogId& id, EntryIndex from, EntryIndex to, TreeSize size,
                                        std::size_t max_bytes) {
  if (from >= to || to.value > size.value) {
    return fail(Code::kInvalidArgument, "the range asked for is empty or beyond the tree", "from");
  }
  KOINON_ASSIGN(const LogData* log, find(id));
  ServedRun run;
  std::size_t bytes = 0;
  for (std::uint64_t i = from.value; i < to.value && i < log->records.size(); ++i) {
    if (run.records.size() >= limits::kRecordsPerChunk) break;
    const Record& record = log->records[i];
    bytes += record.entry->size() + (record.body ? record.body->size() : 0);
    if (!run.records.empty() && bytes > max_bytes) break;
    run.records.push_back(stored(record, EntryIndex(i)));
  }
  if (run.records.empty()) return fail(Code::kNotFound, "no such entry is held here", "from");
  KOINON_ASSIGN(run.proof, run_proof(from, run.records.size(), size, nodes(*log)));
  return run;
}

Result<Hash> MemoryStore::root_at(const LogId& id, TreeSize size) {
  KOINON_ASSIGN(const LogData* log, find(id));
  CompactRange range;
  const auto read = nodes(*log);
  for (const auto node : cover(0, size.value)) {
    KOINON_ASSIGN(const Hash hash, read(node));
    range.append_node(node.level, hash);
  }
  return range.root();
}

Result<HashPath> MemoryStore::inclusion(const LogId& id, EntryIndex index, TreeSize size) {
  KOINON_ASSIGN(const LogData* log, find(id));
  return inclusion_proof(index, size, nodes(*log));
}

Result<RunProof> MemoryStore::run_proof_at(const LogId& id, EntryIndex from, std::uint64_t count,
                                           TreeSize size) {
  KOINON_ASSIGN(const LogData* log, find(id));
  return run_proof(from, count, size, nodes(*log));
}

Result<std::vector<Hash>> MemoryStore::hashes(const LogId& id, TreeNode first, std::uint64_t count) {
  KOINON_ASSIGN(const LogData* log, find(id));
  const auto read = nodes(*log);
  std::vector<Hash> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    KOINON_ASSIGN(const Hash hash, read({first.level, first.index + i}));
    out.push_back(hash);
  }
  return out;
}

Result<StoredRecord> MemoryStore::record(const LogId& id, EntryIndex index) {
  KOINON_ASSIGN(const LogData* log, find(id));
  if (index.value >= log->records.size()) return fail(Code::kNotFound, "no such entry is held here", "ref");
  return stored(log->records[index.value], index);
}

Result<Bytes> MemoryStore::entry(const LogId& id, EntryIndex index) {
  KOINON_ASSIGN(StoredRecord found, record(id, index));
  return std::move(found.entry);
}

Result<std::uint64_t> MemoryStore::log_bytes(const LogId& id) {
  KOINON_ASSIGN(const LogData* log, std::as_const(*this).find(id));
  return log->state.bytes;
}

Result<LogState> MemoryStore::log_state(const LogId& id) {
  KOINON_ASSIGN(const LogData* log, find(id));
  return log->state;
}

Result<std::vector<LogState>> MemoryStore::logs_named(std::string_view name, BytesView id_prefix,
                                                      std::size_t limit) {
  std::vector<LogState> out;
  for (const auto& [id, log] : logs_) {
    const bool meant = log->state.identity.name == name && id.view().starts_with(id_prefix);
    if (meant && out.size() < limit) out.push_back(log->state);
  }
  return out;
}

Result<std::vector<LogState>> MemoryStore::logs_after(const std::optional<LogState>& last,
                                                      std::size_t limit) {
  std::map<std::pair<std::string, LogId>, const LogState*> by_name;
  for (const auto& [id, log] : logs_) {
    if (log->state.range.size().value > 0)
      by_name.emplace(std::pair(log->state.identity.name, id), &log->state);
  }
  std::vector<LogState> out;
  auto next = last ? by_name.upper_bound({last->identity.name, last->id}) : by_name.begin();
  for (; next != by_name.end() && out.size() < limit; ++next) out.push_back(*next->second);
  return out;
}

Result<StoreCounts> MemoryStore::counts() {
  StoreCounts out;
  out.logs = logs_.size();
  for (const auto& [id, log] : logs_) out.records += log->records.size();
  return out;
}

Result<std::vector<Arrival>> MemoryStore::arrivals(ArrivalSeq after, std::size_t limit) {
  std::vector<Arrival> out;
  for (Arrival arrival : arrivals_) {
    if (out.size() == limit) break;
    if (arrival.first.value + arrival.count - 1 <= after.value) continue;
    if (arrival.first <= after) {
      const std::uint64_t passed = after.value + 1 - arrival.first.value;
      arrival.first.value += passed;
      arrival.from.value += passed;
      arrival.count -= passed;
    }
    out.push_back(arrival);
  }
  return out;
}

Result<std::optional<EntryIndex>> MemoryStore::own_content(BytesView digest) {
  const auto it = own_contents_.find(Bytes(digest));
  if (it == own_contents_.end()) return std::optional<EntryIndex>();
  return std::optional<EntryIndex>(it->second);
}

Result<std::vector<Bytes>> MemoryStore::evidence(const LogId& log) {
  const auto it = evidence_.find(log);
  return it == evidence_.end() ? std::vector<Bytes>() : it->second;
}

Result<std::vector<StoredRecord>> MemoryStore::unheld(const LogId& id, EntryIndex from, std::size_t limit) {
  KOINON_ASSIGN(const LogData* log, find(id));
  std::vector<StoredRecord> out;
  for (std::uint64_t i = from.value; i < log->records.size() && out.size() < limit; ++i) {
    const Record& record = log->records[i];
    if (!record.body && record.state == BodyState::kNotHeld) out.push_back(stored(record, EntryIndex(i)));
  }
  return out;
}

Result<std::vector<std::pair<LogId, Bytes>>> MemoryStore::lacking(std::size_t limit) {
  std::vector<std::pair<LogId, Bytes>> out;
  for (const auto& [id, log] : logs_) {
    if (log->state.out_since) continue;
    KOINON_ASSIGN(auto records, unheld(id, EntryIndex(0), limit - out.size()));
    for (StoredRecord& record : records) out.emplace_back(id, std::move(record.entry));
  }
  return out;
}

Result<std::optional<LogId>> MemoryStore::vouched_as(std::string_view name) {
  const auto it = std::find_if(vouches_.begin(), vouches_.end(),
                               [&](const auto& item) { return item.second.name == name; });
  return it == vouches_.end() ? std::optional<LogId>() : std::optional(it->second.target);
}

Result<std::optional<VouchFact>> MemoryStore::vouch(const LogId& voucher, const LogId& target) {
  const auto it = vouches_.find({voucher, target});
  return it == vouches_.end() ? std::optional<VouchFact>() : std::optional(it->second);
}

Result<std::optional<Arrival>> MemoryStore::arrival_of(const LogId& log, EntryIndex index) {
  const auto it = std::find_if(arrivals_.rbegin(), arrivals_.rend(), [&](const Arrival& arrival) {
    const bool brings = arrival.kind == ArrivalKind::kAdded || arrival.kind == ArrivalKind::kBody;
    return brings && arrival.log == log && index >= arrival.from &&
           index.value < arrival.from.value + arrival.count;
  });
  if (it == arrivals_.rend() || !logs_.contains(log)) return std::optional<Arrival>();
  return std::optional<Arrival>(*it);
}

Result<std::optional<Bytes>> MemoryStore::setting(std::string_view name) {
  const auto it = settings_.find(name);
  return it == settings_.end() ? std::optional<Bytes>() : std::optional<Bytes>(it->second);
}

}  // namespace koinon
