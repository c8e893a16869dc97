#include "storage/memory/memory_knowledge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/store/epoch_rules.h"
#include "storage/store/recovery_rules.h"
#include "storage/store/settings.h"
#include "storage/store/thaw_rules.h"
#include "storage/store/trust_rules.h"

namespace koinon {

// --- peers ---

std::vector<PeerRecord> MemoryPeers::peers() const {
  std::vector<PeerRecord> out;
  for (const auto& [key, peer] : peers_) out.push_back(peer);
  return out;
}

bool MemoryPeers::has_pin_of(const LogId& log) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [&](const auto& pinned) { return pinned.second.log == log; });
}

void MemoryPeers::note_keys(const LogId& log) {
  if (has_pin_of(log)) settings_.set_setting(keys_to_follow(log), "1");
}

std::vector<InviteRecord> MemoryPeers::invites() const {
  std::vector<InviteRecord> out;
  for (const auto& [key, invite] : invites_) out.push_back(invite);
  return out;
}

void MemoryPeers::set_cursor(const PeerCursor& cursor) {
  const auto it = peers_.find(cursor.peer);
  if (it == peers_.end()) return;
  PeerRecord& peer = it->second;
  undo_.remember([this, key = cursor.peer, epoch = peer.epoch, seq = peer.cursor] {
    const auto known = peers_.find(key);
    if (known == peers_.end()) return;
    known->second.epoch = epoch;
    known->second.cursor = seq;
  });
  peer.cursor = moved_cursor(peer.epoch, peer.cursor, cursor);
  peer.epoch = cursor.epoch;
}

void MemoryPeers::set_asks(const std::vector<HeadAsk>& asks, bool open) {
  for (const HeadAsk& ask : asks) {
    if (open ? !asks_.insert(ask).second : asks_.erase(ask) == 0) continue;
    undo_.remember([this, ask, open] {
      if (open) {
        asks_.erase(ask);
      } else {
        asks_.insert(ask);
      }
    });
  }
}

Status MemoryPeers::put(const PeerRecord& peer) {
  const auto it = peers_.find(peer.node_key);
  const auto old = it == peers_.end() ? std::nullopt : std::optional(it->second);
  KOINON_TRY(check_pin(peers_.size(), old.has_value(), old && old->log == peer.log));
  undo_.remember([this, key = peer.node_key, old] {
    if (old) {
      peers_.insert_or_assign(key, *old);
    } else {
      peers_.erase(key);
    }
  });
  peers_.insert_or_assign(peer.node_key, pinned(old, peer));
  return {};
}

Status MemoryPeers::remove(const NodeKey& node_key) {
  const auto it = peers_.find(node_key);
  if (it == peers_.end()) return no_such_peer();
  std::vector<HeadAsk> asks;
  for (const HeadAsk& ask : asks_) {
    if (ask.first == node_key) asks.push_back(ask);
  }
  const std::optional<LogId> log = it->second.log;
  undo_.remember([this, old = it->second] { peers_.insert_or_assign(old.node_key, old); });
  peers_.erase(it);
  set_asks(asks, false);
  if (log && !has_pin_of(*log)) settings_.set_setting(keys_to_follow(*log), {});
  return {};
}

void MemoryPeers::put_invite(const InviteRecord& invite) {
  if (invites_.emplace(invite.key, invite).second)
    undo_.remember([this, key = invite.key] { invites_.erase(key); });
}

Status MemoryPeers::remove_invite(const NodeKey& key) {
  const auto it = invites_.find(key);
  if (it == invites_.end()) return no_such_invite();
  undo_.remember([this, old = it->second] { invites_.emplace(old.key, old); });
  invites_.erase(it);
  return {};
}

void MemoryPeers::set_held_ours(const NodeKey& peer) {
  const auto it = peers_.find(peer);
  if (it == peers_.end() || std::exchange(it->second.held_ours, true)) return;
  undo_.remember([this, peer] {
    if (const auto known = peers_.find(peer); known != peers_.end()) known->second.held_ours = false;
  });
}

// --- seen heads ---

std::vector<SeenHead> MemorySeen::heads() const {
  std::vector<SeenHead> out;
  for (const auto& [log, seen] : heads_) out.push_back(seen);
  return out;
}

void MemorySeen::keep(const SeenHead& seen) {
  const auto known = heads_.find(seen.log);
  if (known != heads_.end() && !is_larger(seen, known->second)) return;
  const auto old = known == heads_.end() ? std::nullopt : std::optional(known->second);
  undo_.remember([this, log = seen.log, old] {
    if (old) {
      heads_.insert_or_assign(log, *old);
    } else {
      heads_.erase(log);
    }
  });
  heads_.insert_or_assign(seen.log, seen);
}

void MemorySeen::forget(const LogId& log, TreeSize beyond) {
  const auto known = heads_.find(log);
  if (known == heads_.end() || known->second.head.size <= beyond) return;
  undo_.remember([this, old = known->second] { heads_.insert_or_assign(old.log, old); });
  heads_.erase(known);
}

void MemorySeen::forget_origins(const LogId& log, std::uint64_t recoveries) {
  const auto known = heads_.find(log);
  if (known == heads_.end() || known->second.recoveries >= recoveries) return;
  undo_.remember([this, old = known->second] { heads_.insert_or_assign(old.log, old); });
  heads_.erase(known);
}

// --- statements ---

std::vector<Bytes> MemoryStatements::of(const LogId& log) const {
  const auto known = notes_.find(log);
  return known == notes_.end() ? std::vector<Bytes>() : known->second;
}

void MemoryStatements::keep(const LogId& log, std::vector<Bytes> notes) {
  undo_.remember([this, log, old = of(log)] { notes_[log] = old; });
  notes_[log] = std::move(notes);
}

// --- policy ---

std::vector<VouchFact> MemoryPolicy::vouches() const {
  std::vector<VouchFact> out;
  for (const auto& [key, vouch] : vouches_) out.push_back(vouch);
  return out;
}

std::vector<VouchFact> MemoryPolicy::vouches_by(const LogId& voucher) const {
  std::vector<VouchFact> out;
  for (const auto& [key, vouch] : vouches_) {
    if (key.first == voucher) out.push_back(vouch);
  }
  std::sort(out.begin(), out.end(),
            [](const auto& one, const auto& other) { return one.index < other.index; });
  return out;
}

std::vector<LogId> MemoryPolicy::forked() const {
  std::vector<LogId> out;
  for (const auto& [log, kept] : evidence_) {
    if (freezes(kept)) out.push_back(log);
  }
  return out;
}

std::vector<ThawedEvidence> MemoryPolicy::thawed() const {
  std::vector<ThawedEvidence> out;
  for (const auto& [log, kept] : evidence_) {
    for (const KeptEvidence& one : kept) {
      if (one.thawed) out.push_back({log, mark_of(one.bytes)});
    }
  }
  return out;
}

std::optional<LogId> MemoryPolicy::vouched_as(std::string_view name) const {
  const auto it = std::find_if(vouches_.begin(), vouches_.end(),
                               [&](const auto& item) { return item.second.name == name; });
  return it == vouches_.end() ? std::nullopt : std::optional(it->second.target);
}

std::optional<VouchFact> MemoryPolicy::vouch(const LogId& voucher, const LogId& target) const {
  const auto it = vouches_.find({voucher, target});
  return it == vouches_.end() ? std::nullopt : std::optional(it->second);
}

std::vector<KeptEvidence> MemoryPolicy::evidence(const LogId& log) const {
  const auto it = evidence_.find(log);
  return it == evidence_.end() ? std::vector<KeptEvidence>() : it->second;
}

bool MemoryPolicy::is_contradicted(const LogId& log) const { return is_for_good(evidence(log)); }

void MemoryPolicy::set_vouch(const LogId& voucher, const LogId& target, std::optional<VouchFact> vouch) {
  const std::pair key{voucher, target};
  const auto known = vouches_.find(key);
  std::optional<VouchFact> old;
  if (known != vouches_.end()) old = known->second;
  undo_.remember([this, key, old = std::move(old)] {
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

void MemoryPolicy::write_vouches(const std::vector<VouchFact>& vouches) {
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
    if (vouch_counts(vouch, standing())) set_vouch(voucher, vouch.target, vouch);
  }
}

void MemoryPolicy::forget_vouches_by(const LogId& voucher) {
  std::vector<VouchFact> gone;
  for (auto next = vouches_.begin(); next != vouches_.end();) {
    if (next->first.first == voucher) {
      gone.push_back(next->second);
      next = vouches_.erase(next);
    } else {
      ++next;
    }
  }
  undo_.remember([this, gone = std::move(gone)] {
    for (const VouchFact& vouch : gone)
      vouches_.insert_or_assign(std::pair(vouch.voucher, vouch.target), vouch);
  });
}

void MemoryPolicy::set_blocked(const LogId& log, bool blocked) {
  const bool changed = blocked ? blocked_.insert(log).second : blocked_.erase(log) > 0;
  if (!changed) return;
  undo_.remember([this, log, blocked] {
    if (blocked) {
      blocked_.erase(log);
    } else {
      blocked_.insert(log);
    }
  });
}

bool MemoryPolicy::forget_evidence(const LogId& log, std::uint64_t recoveries) {
  const auto known = evidence_.find(log);
  if (known == evidence_.end()) return false;
  undo_.remember([this, old = *known] { evidence_.insert_or_assign(old.first, old.second); });
  std::erase_if(known->second,
                [&](const KeptEvidence& one) { return is_against_earlier(one.bytes, recoveries); });
  const bool left = freezes(known->second);
  if (known->second.empty()) evidence_.erase(known);
  return left;
}

bool MemoryPolicy::add_evidence(const EvidenceCommit& evidence) {
  if (is_kept(this->evidence(evidence.log), evidence.evidence)) return false;
  evidence_[evidence.log].push_back({evidence.evidence, std::nullopt});
  undo_.remember([this, id = evidence.log] {
    auto& list = evidence_.at(id);
    list.pop_back();
    if (list.empty()) evidence_.erase(id);
  });
  return true;
}

Status MemoryPolicy::thaw(const ThawCommit& thaw, const std::optional<LogId>& own) {
  KOINON_TRY(check_thaw(evidence(thaw.log), own == thaw.log));
  std::vector<KeptEvidence>& kept = evidence_.at(thaw.log);
  undo_.remember([this, id = thaw.log, old = kept] { evidence_.insert_or_assign(id, old); });
  for (KeptEvidence& one : kept) {
    if (!one.thawed) one.thawed = Thaw{mark_of(one.bytes).digest, thaw.by, thaw.at};
  }
  return {};
}

// --- epochs ---

Status MemoryEpochs::begin(const Epoch& epoch, ArrivalSeq arrival) {
  KOINON_TRY(check_epoch(epoch, largest_counter(epochs_), handled_));
  undo_.remember([this, old = epochs_] { epochs_ = old; });
  if (!epochs_.empty()) {
    epochs_.back().last_row = last_row_;
    epochs_.back().last_arrival = arrival;
  }
  epochs_.push_back({epoch, {}, {}});
  if (epochs_.size() > limits::kEpochs) epochs_.erase(epochs_.begin());
  begun_from_ = std::min(begun_from_.value_or(counter_of(epoch)), counter_of(epoch));
  return {};
}

void MemoryEpochs::set_handled(std::uint32_t counter) {
  undo_.remember([this, old = handled_] { handled_ = old; });
  handled_ = std::max(handled_, counter);
}

Result<JournalSeq> MemoryEpochs::next_row() {
  if (!has_begun()) return no_epoch();
  undo_.remember([this, old = last_row_] { last_row_ = old; });
  return last_row_ = JournalSeq(last_row_.value + 1);
}

// --- settings ---

std::optional<Bytes> MemorySettings::setting(std::string_view name) const {
  const auto it = settings_.find(name);
  return it == settings_.end() ? std::nullopt : std::optional(it->second);
}

void MemorySettings::set_own_log(const LogId& log) {
  undo_.remember([this, old = own_log_] { own_log_ = old; });
  own_log_ = log;
}

void MemorySettings::set_instance_token(BytesView token) {
  undo_.remember([this, old = instance_token_] { instance_token_ = old; });
  instance_token_ = token;
}

void MemorySettings::forget_once(EntryIndex from) {
  undo_.remember([this, old = settings_] { settings_ = old; });
  std::erase_if(settings_, [from](const auto& setting) {
    const auto index = parse_decimal(setting.second);
    return setting.first.starts_with(kOnce) && index.ok() && *index >= from.value;
  });
}

void MemorySettings::set_setting(std::string_view name, BytesView value) {
  undo_.remember([this, key = std::string(name), old = setting(name)] {
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
}

}  // namespace koinon
