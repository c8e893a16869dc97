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

}  // namespace koinon
