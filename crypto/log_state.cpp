#include "crypto/log_state.h"

namespace koinon {

std::optional<VouchFact> vouch_of(const LogId& voucher, EntryIndex index, const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_VOUCH || !entry.control().has_vouch()) return std::nullopt;
  const auto& vouch = entry.control().vouch();
  if (vouch.log_id().size() != LogId::kSize) return std::nullopt;
  return VouchFact{voucher,          index,        LogId::from(vouch.log_id()),
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
