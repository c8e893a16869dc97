#include "node/engine/logs.h"

namespace koinon::engine {
namespace {

// Few logs have statements, and few of these are held under an old key.
bool is_lost(const LogState& state) {
  if (state.keys.changes().empty() || !state.seen) return false;
  const auto head = state.keys.open_any_head(state.seen->note);
  return head.ok() && !head->had_word;
}

}  // namespace

Logs::Logs(const TrustPolicy& trust, const std::optional<LogId>& own, std::vector<LogState> logs,
           const std::vector<LogId>& forked)
    : trust_(trust), own_(own) {
  for (LogState& state : logs) {
    const LogId id = state.id;
    const auto log = logs_.emplace(id, std::make_unique<Log>(std::move(state))).first;
    log->second->lost_ = is_lost(log->second->state_);
  }
  // The store takes nothing of them, held or not: nothing is to be asked for that it would refuse.
  for (const LogId& id : forked) {
    auto& slot = logs_[id];
    if (!slot) {
      LogState state;
      state.id = id;
      slot = std::make_unique<Log>(std::move(state));
    }
    slot->state_.frozen = true;
  }
  for (const auto& [id, log] : logs_) relist(id);
}

Log* Logs::find(const LogId& id) const {
  const auto it = logs_.find(id);
  return it == logs_.end() ? nullptr : it->second.get();
}

bool Logs::serves(const LogId& id) const {
  const Log* log = find(id);
  return log != nullptr && log->state_.whole && !log->removing_ && trust_.admits(id);
}

bool Logs::serves_unsigned(const LogId& id) const {
  const Log* log = find(id);
  return log != nullptr && log->stands_unsigned() && !log->recovering_ && !log->removing_ &&
         trust_.admits(id);
}

// --- lists ---

bool Logs::lacks_whole(const LogId& id) const {
  const Log* log = find(id);
  return trust_.admits(id) && (log == nullptr || !log->state_.whole);
}

void Logs::relist(const LogId& id) {
  if (lacks_whole(id)) {
    not_whole_.insert(id);
  } else {
    not_whole_.erase(id);
  }
  if (const Log* log = find(id); log != nullptr && log->state_.frozen) {
    frozen_.insert(id);
  } else {
    frozen_.erase(id);
  }
}

std::string Logs::wrong_list() const {
  std::set<LogId> ids = not_whole_;
  ids.insert(frozen_.begin(), frozen_.end());
  for (const auto& [id, log] : logs_) ids.insert(id);
  for (const auto& [id, path] : trust_.admitted()) ids.insert(id);
  for (const LogId& id : ids) {
    const Log* log = find(id);
    if (lacks_whole(id) != not_whole_.contains(id)) return "not whole";
    if ((log != nullptr && log->state_.frozen) != frozen_.contains(id)) return "frozen";
  }
  return {};
}

KeyHistory Logs::keys_of(const LogId& id, const LogIdentity& identity) const {
  if (const Log* log = find(id); log != nullptr && log->has_identity()) return log->state_.keys;
  const auto notes = statements_.find(id);
  if (notes == statements_.end()) return KeyHistory(identity);
  const auto kept = KeyHistory::kept(identity, notes->second);
  return kept.ok() ? *kept : KeyHistory(identity);
}

std::vector<Bytes> Logs::statements_of(const LogId& id) const {
  if (const Log* log = find(id); log != nullptr && log->has_identity()) return log->state_.keys.notes();
  const auto notes = statements_.find(id);
  return notes == statements_.end() ? std::vector<Bytes>() : notes->second;
}

bool Logs::lacks_own_key() const {
  const Log* log = own_ ? find(*own_) : nullptr;
  return log != nullptr && own_key_ && log->state_.keys.vkey().key != *own_key_;
}

// --- verbs ---

void Logs::remember(std::vector<KeptStatements> statements) {
  for (KeptStatements& kept : statements) {
    const Log* log = find(kept.log);
    if (log == nullptr || !log->has_identity()) statements_.insert_or_assign(kept.log, std::move(kept.notes));
  }
}

Log& Logs::create(const LogIdentity& identity, const LogId& id) {
  auto& slot = logs_[id];
  if (!slot) {
    LogState state;
    state.id = id;
    state.keys = keys_of(id, identity);
    statements_.erase(id);
    slot = std::make_unique<Log>(std::move(state));
    relist(id);
  } else if (!slot->has_identity()) {
    slot->state_.keys = keys_of(id, identity);
    statements_.erase(id);
  }
  return *slot;
}

void Logs::set_keys(const LogId& id, const KeyHistory& keys) {
  if (Log* log = find(id); log != nullptr) {
    log->state_.keys = keys;
    log->lost_ = is_lost(log->state_);
  } else {
    statements_.insert_or_assign(id, keys.notes());
  }
}

void Logs::extend(Log& log, const CompactRange& after, const StoredHead& head, std::vector<Hash> right) {
  const bool is_new = log.state_.seen != head;
  log.state_.range = after;
  log.state_.seen = head;
  log.state_.seen_right = std::move(right);
  if (is_new) log.lost_ = is_lost(log.state_);
}

void Logs::stand_whole(Log& log, const StoredHead& head) {
  log.state_.whole = head;
  relist(log.id());
}

void Logs::freeze(Log& log) {
  log.state_.frozen = true;
  relist(log.id());
}

void Logs::begin_recovery(Log& log) {
  log.recovering_ = true;
  log.lost_ = false;
  log.state_.whole.reset();
  log.state_.seen.reset();
  log.state_.seen_right.clear();
  relist(log.id());
}

void Logs::thaw(Log& log) {
  log.state_.frozen = false;
  relist(log.id());
}

void Logs::cut(Log& log, const std::optional<LogState>& left) {
  log.state_.range = left ? left->range : CompactRange();
  log.state_.whole = left ? left->whole : std::nullopt;
  log.state_.seen = left ? left->seen : std::nullopt;
  log.state_.seen_right = left ? left->seen_right : std::vector<Hash>();
  // What froze it since its recovery was known is against its new origin, and may not be in the store yet.
  log.state_.frozen = log.state_.frozen || (left && left->frozen);
  if (!left) come_back(log);  // nothing is left that could be removed
  log.state_.bytes = left ? left->bytes : 0;
  relist(log.id());
}

Log& Logs::advance_own(const LogState& state) {
  own_ = state.id;
  auto& slot = logs_[state.id];
  if (!slot) slot = std::make_unique<Log>(LogState());
  const JournalSeq published = slot->state_.journal_seq;
  const bool frozen = slot->state_.frozen;
  if (own_key_ && state.keys.changes().size() > slot->state_.keys.changes().size())
    own_key_ = state.keys.vkey().key;
  const KeyHistory learned = slot->state_.keys;
  slot->state_ = state;
  // The store may not have taken yet what was seen.
  if (compare(learned, state.keys) == KeyOrder::kFirstGoesOn && !learned.identity().name.empty())
    slot->state_.keys = learned;
  slot->state_.journal_seq = published;
  slot->state_.frozen = state.frozen || frozen;
  relist(state.id);
  return *slot;
}

void Logs::forget(Log& log) {
  LogState empty;
  empty.id = log.state_.id;
  empty.keys = log.state_.keys;
  empty.frozen = log.state_.frozen;
  log.state_ = std::move(empty);
  relist(log.id());
}

void Logs::fall_out(Log& log, UnixMillis since, std::chrono::milliseconds lived) {
  log.state_.out_since = since;
  log.state_.out_lived = lived;
}

void Logs::come_back(Log& log) {
  log.state_.out_since.reset();
  log.state_.out_lived = {};
}

}  // namespace koinon::engine
