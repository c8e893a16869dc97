#include "storage/memory_store.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

Error unknown_log() { return fail(Code::kNotFound, "no such log is held here", "log"); }

bool is_unheld(BodyState state) { return state == BodyState::kNotAsked || state == BodyState::kNotHeld; }

}  // namespace

BlobPool::Blob BlobPool::intern(BytesView bytes) {
  const auto it = blobs_.find(bytes);
  if (it != blobs_.end()) return it->second;
  auto blob = std::make_shared<const Bytes>(bytes);
  blobs_.emplace(*blob, blob);
  return blob;
}

MemoryStore::MemoryStore(Options options) : options_(std::move(options)) {
  if (!options_.pool) options_.pool = std::make_shared<BlobPool>();
  if (options_.transit_bytes == 0) options_.transit_bytes = limits::kTransitBytes;
  if (options_.attachment_bytes == 0) options_.attachment_bytes = limits::kAttachmentQuota;
}

// --- power and space ---

void MemoryStore::crash(std::size_t lost) {
  rollback();
  for (; lost > 0 && !volatile_.empty(); --lost) {
    auto& undo = volatile_.back();
    for (auto it = undo.rbegin(); it != undo.rend(); ++it) (*it)();
    volatile_.pop_back();
  }
  volatile_.clear();
  journal_next_ = journal_reserved_;
  forget_peers_files();
}

Status MemoryStore::need_space() const {
  if (full_) return fail(Code::kDiskFull, "the disk is full", "store");
  return {};
}

Status MemoryStore::begin(bool durable) {
  if (journal_reserved_ - journal_next_ < limits::kJournalBlock / 2) {
    KOINON_TRY(need_space());
    journal_reserved_ = journal_next_ + limits::kJournalBlock;
  }
  durable_ = durable;
  in_transaction_ = true;
  return {};
}

Status MemoryStore::commit() {
  in_transaction_ = false;
  volatile_.push_back(std::exchange(undo_, {}));
  if (durable_ || volatile_.size() > options_.sync_after) volatile_.clear();
  return {};
}

void MemoryStore::rollback() {
  in_transaction_ = false;
  for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) (*it)();
  undo_.clear();
}

// --- reading ---

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
  state.asks.assign(asks_.begin(), asks_.end());
  for (const auto& [key, invite] : invites_) state.invites.push_back(invite);
  state.wants = wants();
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

Result<StoredRecord> MemoryStore::record(const LogId& id, EntryIndex index) {
  KOINON_ASSIGN(const LogData* log, find(id));
  if (index.value >= log->records.size()) return fail(Code::kNotFound, "no such entry is held here", "ref");
  return stored(log->records[index.value], index);
}

Result<LogState> MemoryStore::log_state(const LogId& id) {
  KOINON_ASSIGN(const LogData* log, find(id));
  return log->state;
}

Result<std::vector<LogState>> MemoryStore::logs_named(std::string_view name) {
  std::vector<LogState> out;
  for (const auto& [id, log] : logs_) {
    if (log->state.identity.name == name) out.push_back(log->state);
  }
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

Result<std::vector<StoredRecord>> MemoryStore::unheld(const LogId& id, EntryIndex from, std::size_t limit,
                                                      bool not_asked) {
  KOINON_ASSIGN(const LogData* log, find(id));
  std::vector<StoredRecord> out;
  for (std::uint64_t i = from.value; i < log->records.size() && out.size() < limit; ++i) {
    const Record& record = log->records[i];
    if (record.body || !is_unheld(record.state)) continue;
    if (record.state == BodyState::kNotAsked && !not_asked) continue;
    out.push_back(stored(record, EntryIndex(i)));
  }
  return out;
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

// --- writing ---

void MemoryStore::set_record(LogData& log, EntryIndex index, Record record) {
  undo_with([this, id = log.state.id, index, old = log.records[index.value]] {
    logs_.at(id)->records[index.value] = old;
  });
  log.records[index.value] = std::move(record);
}

void MemoryStore::add_arrival(const LogId& log, EntryIndex from, std::uint64_t count, ArrivalKind kind,
                              UnixMillis at, std::optional<NodeKey> source) {
  const std::uint64_t first = arrivals_.empty() ? 1 : arrivals_.back().first.value + arrivals_.back().count;
  arrivals_.push_back({ArrivalSeq(first), log, from, count, kind, at, source});
  undo_with([this] { arrivals_.pop_back(); });
}

void MemoryStore::append_records(LogData& log, const RunCommit& run) {
  undo_with([this, id = run.log, size = log.records.size()] {
    LogData& data = *logs_.at(id);
    data.records.resize(size);
    for (std::size_t level = 0; level < data.levels.size(); ++level) data.levels[level].resize(size >> level);
  });
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    const StoredRecord& record = run.records[i];
    log.records.push_back({options_.pool->intern(record.entry),
                           record.body.empty() ? nullptr : options_.pool->intern(record.body), record.state,
                           record.erased_by, false});
    Hash hash = run.leaves[i];
    for (std::size_t level = 0;; ++level) {
      if (level == log.levels.size()) log.levels.emplace_back();
      log.levels[level].push_back(hash);
      const std::size_t count = log.levels[level].size();
      if (count % 2 == 1) break;
      hash = node_hash(log.levels[level][count - 2], log.levels[level][count - 1]);
    }
  }
}

// What the run's withdrawals erase is erased; who claimed that an entry of this run erased something, and it
// did not, was wrong.
void MemoryStore::settle_withdrawals(LogData& log, const RunCommit& run) {
  const std::uint64_t from = run.records.front().index.value;
  const auto erases = [&](EntryIndex by, EntryIndex target) {
    return std::any_of(run.withdrawals.begin(), run.withdrawals.end(), [&](const WithdrawalFact& fact) {
      return fact.erase && fact.index == by && fact.target == target;
    });
  };
  for (std::uint64_t i = 0; i < log.records.size(); ++i) {
    const Record& record = log.records[i];
    if (record.state != BodyState::kErased || record.erased_by.value < from ||
        record.erased_by.value >= log.records.size() || erases(record.erased_by, EntryIndex(i))) {
      continue;
    }
    set_record(log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotHeld, {}, false});
  }
  for (const WithdrawalFact& fact : run.withdrawals) {
    const Record& record = log.records[fact.target.value];
    const auto entry = parse_entry(*record.entry);
    if (!fact.erase || !entry.ok() || entry->body_size() == 0) continue;
    if (record.state == BodyState::kErased && record.erased_by < fact.index) continue;
    drop_uses(run.log, fact.target);
    for (auto it = transit_.begin(); it != transit_.end(); ++it) {
      if (it->second.log != run.log || it->second.index != fact.target) continue;
      drop_transit(it);
      break;
    }
    set_record(log, fact.target,
               {log.records[fact.target.value].entry, nullptr, BodyState::kErased, fact.index, false});
    add_arrival(run.log, fact.target, 1, ArrivalKind::kErased, run.arrived_at);
    for (auto content = own_contents_.begin(); !run.own_contents.empty() && content != own_contents_.end();
         ++content) {
      if (content->second != fact.target) continue;
      undo_with([this, old = *content] { own_contents_.insert(old); });
      own_contents_.erase(content);
      break;
    }
  }
}

Result<JournalSeq> MemoryStore::append_run(const RunCommit& run) {
  if (run.records.empty() || run.records.size() != run.leaves.size()) {
    return fail(Code::kInternal, "a run without records", "run");
  }
  KOINON_TRY(need_space());
  auto it = logs_.find(run.log);
  const std::uint64_t held = it == logs_.end() ? 0 : it->second->records.size();
  if (it != logs_.end() && it->second->state.frozen) {
    return fail(Code::kConflict, "the log is frozen: it forked", "log");
  }
  if (it == logs_.end() && evidence_.contains(run.log)) {
    return fail(Code::kConflict, "the log is frozen: it forked", "log");
  }
  if (run.records.front().index.value != held) {
    return fail(Code::kConflict, "the run does not begin where the log ends", "from");
  }
  const bool whole = run.head.size == run.after.size();
  if (whole && run.after.root() != run.head.root) {
    return fail(Code::kInternal, "the run does not lead to its head", "run");
  }
  if (it == logs_.end()) {
    it = logs_.emplace(run.log, std::make_unique<LogData>()).first;
    it->second->state.id = run.log;
    it->second->state.identity = run.identity;
    undo_with([this, id = run.log] { logs_.erase(id); });
  }
  LogData& log = *it->second;
  undo_with([this, old = log.state] { logs_.at(old.id)->state = old; });
  append_records(log, run);
  log.state.range = run.after;
  log.state.seen = run.head;
  log.state.seen_right = run.right;
  for (const VouchFact& vouch : run.vouches) {
    const std::pair key{vouch.voucher, vouch.target};
    const auto known = vouches_.find(key);
    undo_with([this, key, old = known == vouches_.end() ? std::nullopt : std::optional(known->second)] {
      if (old) {
        vouches_.insert_or_assign(key, *old);
      } else {
        vouches_.erase(key);
      }
    });
    vouches_.insert_or_assign(key, vouch);
  }
  for (std::size_t i = 0; i < run.own_contents.size(); ++i) {
    if (run.own_contents[i].empty()) continue;
    own_contents_.insert_or_assign(run.own_contents[i], run.records[i].index);
    undo_with([this, digest = run.own_contents[i]] { own_contents_.erase(digest); });
  }
  add_uses(log, run.attachments, !run.own_contents.empty());
  add_arrival(run.log, run.records.front().index, run.records.size(), ArrivalKind::kAdded, run.arrived_at,
              run.source);
  settle_withdrawals(log, run);
  if (!whole) return JournalSeq(0);
  log.state.whole = run.head;
  log.state.journal_seq = JournalSeq(journal_next_++);
  return log.state.journal_seq;
}

Status MemoryStore::set_cursor(const PeerCursor& cursor) {
  KOINON_TRY(need_space());
  const auto it = peers_.find(cursor.peer);
  if (it == peers_.end()) return {};
  PeerRecord& peer = it->second;
  undo_with([this, key = cursor.peer, journal = peer.journal, seq = peer.cursor] {
    const auto known = peers_.find(key);
    if (known == peers_.end()) return;
    known->second.journal = journal;
    known->second.cursor = seq;
  });
  peer.cursor = peer.journal == cursor.journal ? std::max(peer.cursor, cursor.seq) : cursor.seq;
  peer.journal = cursor.journal;
  return {};
}

Result<JournalSeq> MemoryStore::add_evidence(const EvidenceCommit& evidence) {
  KOINON_TRY(need_space());
  evidence_[evidence.log].push_back(evidence.evidence);
  undo_with([this, id = evidence.log] {
    auto& list = evidence_.at(id);
    list.pop_back();
    if (list.empty()) evidence_.erase(id);
  });
  const auto log = logs_.find(evidence.log);
  if (log == logs_.end()) return JournalSeq(0);
  LogState& state = log->second->state;
  undo_with([this, id = evidence.log, frozen = state.frozen, row = state.journal_seq] {
    logs_.at(id)->state.frozen = frozen;
    logs_.at(id)->state.journal_seq = row;
  });
  state.frozen = true;
  if (!state.whole) return JournalSeq(0);
  state.journal_seq = JournalSeq(journal_next_++);
  return state.journal_seq;
}

void MemoryStore::drop_transit(std::map<std::uint64_t, TransitEntry>::iterator it) {
  const auto [number, entry] = *it;
  LogData& log = *logs_.at(entry.log);
  Record record = log.records[entry.index.value];
  const std::uint64_t size = record.body ? record.body->size() : 0;
  record.body = nullptr;
  record.transit = false;
  set_record(log, entry.index, std::move(record));
  transit_bytes_ -= size;
  transit_.erase(it);
  undo_with([this, number, entry, size] {
    transit_.emplace(number, entry);
    transit_bytes_ += size;
  });
}

void MemoryStore::trim_transit(UnixMillis now) {
  const std::int64_t oldest = now.value - std::chrono::milliseconds(limits::kTransitAge).count();
  while (!transit_.empty() &&
         (transit_bytes_ > options_.transit_bytes || transit_.begin()->second.at.value < oldest)) {
    const TransitEntry entry = transit_.begin()->second;
    drop_transit(transit_.begin());
    drop_uses(entry.log, entry.index);
  }
}

Status MemoryStore::add_bodies(const BodiesCommit& bodies) {
  KOINON_TRY(need_space());
  KOINON_ASSIGN(LogData * log, find(bodies.log));
  for (const auto& item : bodies.bodies) {
    if (item.index.value >= log->records.size()) continue;
    const Record& record = log->records[item.index.value];
    if (record.body || !is_unheld(record.state)) continue;
    const bool transit = item.transit && record.state == BodyState::kNotAsked;
    set_record(*log, item.index,
               {record.entry,
                options_.pool->intern(item.body),
                transit ? record.state : BodyState::kHeld,
                {},
                transit});
    if (transit) {
      const std::uint64_t number = next_transit_++;
      transit_.emplace(number, TransitEntry{bodies.log, item.index, bodies.arrived_at});
      transit_bytes_ += item.body.size();
      undo_with([this, number, size = item.body.size()] {
        transit_.erase(number);
        transit_bytes_ -= size;
      });
    } else {
      add_arrival(bodies.log, item.index, 1, ArrivalKind::kBody, bodies.arrived_at, bodies.source);
    }
  }
  add_uses(*log, bodies.attachments, false);
  trim_transit(bodies.arrived_at);
  return {};
}

Status MemoryStore::apply_filter(const LogId& id, const BodyFilter& filter, UnixMillis now) {
  KOINON_ASSIGN(LogData * log, find(id));
  for (std::uint64_t i = 0; i < log->records.size(); ++i) {
    const Record& record = log->records[i];
    const bool held = record.state == BodyState::kHeld && record.body;
    if (!held && !is_unheld(record.state)) continue;
    const auto entry = parse_entry(*record.entry);
    if (!entry.ok()) continue;
    const bool wanted = filter.wants(*entry);
    if (held && !wanted) {
      set_record(*log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotAsked, {}, false});
      drop_uses(id, EntryIndex(i));
      add_arrival(id, EntryIndex(i), 1, ArrivalKind::kReleased, now);
    } else if (!held && wanted && record.state == BodyState::kNotAsked) {
      // What stood in transit becomes ours.
      const BlobPool::Blob body = record.body;
      for (auto it = transit_.begin(); body && it != transit_.end(); ++it) {
        if (it->second.log != id || it->second.index.value != i) continue;
        drop_transit(it);
        break;
      }
      set_record(*log, EntryIndex(i),
                 {log->records[i].entry, body, body ? BodyState::kHeld : BodyState::kNotHeld, {}, false});
      if (body) add_arrival(id, EntryIndex(i), 1, ArrivalKind::kBody, now);
    } else if (!held && !wanted && record.state == BodyState::kNotHeld) {
      set_record(*log, EntryIndex(i), {record.entry, nullptr, BodyState::kNotAsked, {}, false});
    }
  }
  return {};
}

Status MemoryStore::set_out_of_policy(const LogId& id, UnixMillis since) {
  KOINON_ASSIGN(LogData * log, find(id));
  undo_with([this, id, old = log->state.out_since] { logs_.at(id)->state.out_since = old; });
  log->state.out_since = since;
  return {};
}

Result<JournalSeq> MemoryStore::readmit(const LogId& id) {
  KOINON_TRY(need_space());
  KOINON_ASSIGN(LogData * log, find(id));
  undo_with([this, id, since = log->state.out_since, row = log->state.journal_seq] {
    logs_.at(id)->state.out_since = since;
    logs_.at(id)->state.journal_seq = row;
  });
  log->state.out_since.reset();
  if (!log->state.whole) return JournalSeq(0);
  log->state.journal_seq = JournalSeq(journal_next_++);
  return log->state.journal_seq;
}

Status MemoryStore::set_asks(const std::vector<HeadAsk>& asks, bool open) {
  for (const HeadAsk& ask : asks) {
    if (open ? !asks_.insert(ask).second : asks_.erase(ask) == 0) continue;
    undo_with([this, ask, open] {
      if (open) {
        asks_.erase(ask);
      } else {
        asks_.insert(ask);
      }
    });
  }
  return {};
}

Status MemoryStore::remove_log(const LogId& id, UnixMillis now) {
  const auto it = logs_.find(id);
  if (it == logs_.end()) return unknown_log();
  for (auto next = transit_.begin(); next != transit_.end();) {
    const auto entry = next++;
    if (entry->second.log == id) drop_transit(entry);
  }
  for (std::uint64_t i = 0; i < it->second->records.size(); ++i) drop_uses(id, EntryIndex(i));
  add_arrival(id, EntryIndex(0), std::max<std::size_t>(it->second->records.size(), 1), ArrivalKind::kRemoved,
              now);
  std::shared_ptr<LogData> old = std::move(it->second);
  logs_.erase(it);
  undo_with([this, id, old] { logs_.insert_or_assign(id, std::make_unique<LogData>(*old)); });
  std::vector<VouchFact> vouches;
  for (auto next = vouches_.begin(); next != vouches_.end();) {
    if (next->first.first == id) {
      vouches.push_back(next->second);
      next = vouches_.erase(next);
    } else {
      ++next;
    }
  }
  undo_with([this, vouches = std::move(vouches)] {
    for (const VouchFact& vouch : vouches)
      vouches_.insert_or_assign(std::pair(vouch.voucher, vouch.target), vouch);
  });
  return {};
}

Status MemoryStore::set_blocked(const LogId& log, bool blocked) {
  const bool before = blocked_.contains(log);
  if (before == blocked) return {};
  const auto apply = [this, log](bool yes) {
    if (yes) {
      blocked_.emplace(log, true);
    } else {
      blocked_.erase(log);
    }
  };
  apply(blocked);
  undo_with([apply, before] { apply(before); });
  return {};
}

Status MemoryStore::put_peer(const PeerRecord& peer) {
  const auto it = peers_.find(peer.node_key);
  const auto old = it == peers_.end() ? std::nullopt : std::optional(it->second);
  undo_with([this, key = peer.node_key, old] {
    if (old) {
      peers_.insert_or_assign(key, *old);
    } else {
      peers_.erase(key);
    }
  });
  PeerRecord record = peer;
  if (old) {
    record.journal = old->journal;
    record.cursor = old->cursor;
  }
  peers_.insert_or_assign(peer.node_key, std::move(record));
  return {};
}

Status MemoryStore::remove_peer(const NodeKey& node_key) {
  const auto it = peers_.find(node_key);
  if (it == peers_.end()) return fail(Code::kNotFound, "no peer has that node key", "peer");
  std::vector<HeadAsk> asks;
  for (const HeadAsk& ask : asks_) {
    if (ask.first == node_key) asks.push_back(ask);
  }
  undo_with([this, old = it->second] { peers_.insert_or_assign(old.node_key, old); });
  peers_.erase(it);
  return set_asks(asks, false);
}

Status MemoryStore::put_invite(const InviteRecord& invite) {
  if (invites_.emplace(invite.key, invite).second)
    undo_with([this, key = invite.key] { invites_.erase(key); });
  return {};
}

Status MemoryStore::remove_invite(const NodeKey& key) {
  const auto it = invites_.find(key);
  if (it == invites_.end()) return fail(Code::kNotFound, "the invite was used, or never given", "invite");
  undo_with([this, old = it->second] { invites_.emplace(old.key, old); });
  invites_.erase(it);
  return {};
}

Status MemoryStore::set_own_log(const LogId& log) {
  undo_with([this, old = own_log_] { own_log_ = old; });
  own_log_ = log;
  return {};
}

Status MemoryStore::set_setting(std::string_view name, BytesView value) {
  const auto it = settings_.find(name);
  undo_with([this, key = std::string(name),
             old = it == settings_.end() ? std::nullopt : std::optional<Bytes>(it->second)] {
    if (old) {
      settings_.insert_or_assign(key, *old);
    } else {
      settings_.erase(key);
    }
  });
  settings_.insert_or_assign(std::string(name), Bytes(value));
  return {};
}

Status MemoryStore::set_instance_token(BytesView token) {
  undo_with([this, old = instance_token_] { instance_token_ = old; });
  instance_token_ = token;
  return {};
}

}  // namespace koinon
