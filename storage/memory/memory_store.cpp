#include "storage/memory/memory_store.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/store/trust_rules.h"

namespace koinon {
namespace {

Error unknown_log() { return fail(Code::kNotFound, "no such log is held here", "log"); }

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

// --- writing ---

std::uint64_t MemoryStore::bytes_of(const Record& record) {
  return bytes_held(record.entry->size(), record.body && !record.transit ? record.body->size() : 0);
}

void MemoryStore::set_record(LogData& log, EntryIndex index, Record record) {
  undo_with([this, id = log.state.id, index, old = log.records[index.value], bytes = log.state.bytes] {
    logs_.at(id)->records[index.value] = old;
    logs_.at(id)->state.bytes = bytes;
  });
  log.state.bytes = log.state.bytes + bytes_of(record) - bytes_of(log.records[index.value]);
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
  log.state.bytes += bytes_held(run.records);
  log.state.range = run.after;
  log.state.seen = run.head;
  log.state.seen_right = run.right;
  add_vouches(run.vouches);
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

Status MemoryStore::set_out_of_policy(const LogId& id, UnixMillis since, std::chrono::milliseconds lived) {
  KOINON_ASSIGN(LogData * log, find(id));
  undo_with([this, id, old = log->state.out_since, old_lived = log->state.out_lived] {
    logs_.at(id)->state.out_since = old;
    logs_.at(id)->state.out_lived = old_lived;
  });
  log->state.out_since = since;
  log->state.out_lived = lived;
  return {};
}

Result<JournalSeq> MemoryStore::readmit(const LogId& id) {
  KOINON_TRY(need_space());
  KOINON_ASSIGN(LogData * log, find(id));
  undo_with(
      [this, id, since = log->state.out_since, lived = log->state.out_lived, row = log->state.journal_seq] {
        logs_.at(id)->state.out_since = since;
        logs_.at(id)->state.out_lived = lived;
        logs_.at(id)->state.journal_seq = row;
      });
  log->state.out_since.reset();
  log->state.out_lived = {};
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

void MemoryStore::set_vouch(const LogId& voucher, const LogId& target, std::optional<VouchFact> vouch) {
  const std::pair key{voucher, target};
  const auto known = vouches_.find(key);
  std::optional<VouchFact> old;
  if (known != vouches_.end()) old = known->second;
  undo_with([this, key, old = std::move(old)] {
    if (old) {
      vouches_.insert_or_assign(key, *old);
    } else {
      vouches_.erase(key);
    }
  });
  if (vouch) {
    vouches_.insert_or_assign(key, std::move(*vouch));
  } else {
    vouches_.erase(key);
  }
}

// As in the SQLite store: so many of a voucher's count, and what it takes back makes room.
void MemoryStore::add_vouches(const std::vector<VouchFact>& vouches) {
  if (vouches.empty()) return;
  const LogId voucher = vouches.front().voucher;
  const auto standing = [&] {
    const auto begin = vouches_.lower_bound({voucher, LogId()});
    auto end = begin;
    while (end != vouches_.end() && end->first.first == voucher) ++end;
    return static_cast<std::size_t>(std::distance(begin, end));
  };
  for (const VouchFact& vouch : vouches) {
    set_vouch(voucher, vouch.target, std::nullopt);
    if (!vouch.withdrawn && standing() < limits::kVouches) set_vouch(voucher, vouch.target, vouch);
  }
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
  KOINON_TRY(check_pin(peers_.size(), old.has_value(), old && old->log == peer.log));
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
  if (value.empty()) {
    settings_.erase(std::string(name));
  } else {
    settings_.insert_or_assign(std::string(name), Bytes(value));
  }
  return {};
}

Status MemoryStore::set_instance_token(BytesView token) {
  undo_with([this, old = instance_token_] { instance_token_ = old; });
  instance_token_ = token;
  return {};
}

}  // namespace koinon
