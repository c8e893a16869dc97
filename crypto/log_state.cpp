#include "crypto/log_state.h"

#include <algorithm>
#include <tuple>

#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {

std::uint64_t bytes_held(std::size_t entry, std::size_t body) { return entry + body + limits::kRecordBytes; }

std::uint64_t bytes_held(const std::vector<StoredRecord>& records) {
  std::uint64_t bytes = 0;
  for (const StoredRecord& record : records)
    bytes += bytes_held(record.entry.size(), record.transit ? 0 : record.body.size());
  return bytes;
}

bool names_one_log(const LogId& log, std::string_view name, std::string_view vkey) {
  const auto key = parse_vkey(vkey);
  if (!key.ok() || key->type != SignatureType::kEd25519) return false;
  const auto origin = parse_origin(key->name);
  return origin.ok() && origin->name == name && origin->log == log;
}

std::optional<VouchFact> vouch_of(const LogId& voucher, EntryIndex index, const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_VOUCH || !entry.control().has_vouch()) return std::nullopt;
  const auto& vouch = entry.control().vouch();
  if (vouch.log_id().size() != LogId::kSize) return std::nullopt;
  const LogId target = LogId::from(vouch.log_id());
  if (!names_one_log(target, vouch.name(), vouch.vkey())) return std::nullopt;
  return VouchFact{voucher,          index,        target,
                   vouch.name(),     vouch.vkey(), UnixMillis{vouch.expires_at_ms()},
                   vouch.withdrawn()};
}

std::optional<KeysFact> keys_of(const LogId& log, EntryIndex index, const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_KEYS || !entry.control().has_keys()) return std::nullopt;
  const auto keys = check_keys(entry.control().keys(), log);
  return keys.ok() ? std::optional(KeysFact{index, *keys, entry.control().keys().cosigner_lost()})
                   : std::nullopt;
}

namespace {

bool are_same(const v1::Keys& named, const LogKeys& keys) {
  return named.cosigner_key() == keys.cosigner.view() && named.sealing_key() == keys.sealing.view() &&
         named.node_key() == keys.node.view();
}

}  // namespace

std::vector<KeysFact> keys_of_run(const LogId& log, EntryIndex from,
                                  const std::vector<const v1::Entry*>& entries) {
  std::vector<KeysFact> out;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const v1::Entry* entry = entries[i];
    if (entry == nullptr || !entry->control().has_keys()) continue;
    // Whether it proves them or not, they stand already: no signature is checked.
    if (!out.empty() && are_same(entry->control().keys(), out.back().keys)) continue;
    if (const auto fact = keys_of(log, EntryIndex(from.value + i), *entry)) out.push_back(*fact);
  }
  return out;
}

std::optional<WithdrawalFact> withdrawal_of(EntryIndex index, const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_WITHDRAWAL || !entry.control().has_withdrawal()) return std::nullopt;
  const auto& withdrawal = entry.control().withdrawal();
  if (withdrawal.index() >= index.value) return std::nullopt;
  return WithdrawalFact{index, EntryIndex(withdrawal.index()), withdrawal.erase()};
}

bool freezes(const std::vector<KeptEvidence>& kept) {
  return std::any_of(kept.begin(), kept.end(), [](const KeptEvidence& one) { return !one.thawed; });
}

bool is_larger(const SeenHead& one, const SeenHead& other) {
  return std::tuple(one.recoveries, one.head.size) > std::tuple(other.recoveries, other.head.size);
}

std::optional<SeenHead> largest_seen(const LogState& log) {
  const bool beyond = log.seen && (!log.whole || log.seen->size > log.whole->size);
  const std::optional<StoredHead>& head = beyond ? log.seen : log.whole;
  if (!head) return std::nullopt;
  return SeenHead{log.id, log.keys.recoveries(), *head};
}

}  // namespace koinon
