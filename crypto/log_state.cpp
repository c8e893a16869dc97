#include "crypto/log_state.h"

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

std::optional<WithdrawalFact> withdrawal_of(EntryIndex index, const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_WITHDRAWAL || !entry.control().has_withdrawal()) return std::nullopt;
  const auto& withdrawal = entry.control().withdrawal();
  if (withdrawal.index() >= index.value) return std::nullopt;
  return WithdrawalFact{index, EntryIndex(withdrawal.index()), withdrawal.erase()};
}

}  // namespace koinon
