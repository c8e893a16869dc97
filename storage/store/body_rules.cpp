#include "storage/store/body_rules.h"

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/store/room.h"

namespace koinon {

BodyPlace place_of_body(BodyState state, bool for_peer) {
  if (state != BodyState::kNotAsked && state != BodyState::kNotHeld) return BodyPlace::kNowhere;
  return for_peer && state == BodyState::kNotAsked ? BodyPlace::kTransit : BodyPlace::kOurs;
}

bool can_be_hidden(BodyState state, bool has_body) { return has_body || state == BodyState::kNotHeld; }

FilterStep filter_step(const BodyFilter& filter, BytesView entry, BodyState state, bool has_body) {
  const bool held = state == BodyState::kHeld;
  if (state == BodyState::kErased || (held && !has_body)) return FilterStep::kStays;
  const auto parsed = parse_entry(entry);
  if (!parsed.ok()) return FilterStep::kStays;
  const bool wanted = filter.wants(*parsed);
  if (held) return wanted ? FilterStep::kStays : FilterStep::kReleased;
  if (wanted && has_body) return FilterStep::kFromTransit;
  if (wanted == (state == BodyState::kNotHeld)) return FilterStep::kStays;
  return wanted ? FilterStep::kWanted : FilterStep::kNotWanted;
}

bool is_kept_for_grace(BodyState state, bool has_body, bool transit) {
  return state == BodyState::kHeld && has_body && !transit;
}

bool has_grace_room(std::uint64_t body, std::uint64_t of_log, std::uint64_t of_all, std::uint64_t quota) {
  const bool is_little = of_log + body <= quota / 64;
  return of_log + body <= share_of_log(quota, limits::kBodyBytes) &&
         of_all + body <= (is_little ? quota : quota - quota / 4);
}

bool is_body_of(BytesView entry, BytesView body) {
  const auto parsed = parse_entry(entry);
  if (!parsed.ok()) return false;
  const BodyClaim claim = body_claim(*parsed);
  return claim.size > 0 && body.size() == claim.size && sha256(body).view() == claim.digest;
}

bool is_over_share(std::uint64_t held_of_log, std::uint64_t quota) {
  return held_of_log > share_of_log(quota, limits::kBodyBytes);
}

bool oldest_goes(std::uint64_t held, std::uint64_t quota, UnixMillis oldest, UnixMillis now) {
  return held > quota || oldest.value < now.value - std::chrono::milliseconds(limits::kTransitAge).count();
}

}  // namespace koinon
