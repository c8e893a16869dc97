#include "storage/store/invite_rules.h"

#include <algorithm>
#include <cstdlib>

#include "proto/base/limits.h"
#include "storage/store/refusals.h"

namespace koinon {

Status end_invite(Store& store, const NodeKey& key, UnixMillis now) {
  KOINON_ASSIGN(const auto invites, store.invites());
  const auto it = std::find_if(invites.begin(), invites.end(),
                               [&](const InviteRecord& one) { return one.key == key && !one.was_ended(); });
  if (it == invites.end()) return no_such_invite();
  InviteRecord ended = *it;
  ended.expires_at = UnixMillis{-std::max<std::int64_t>(now.value, 1)};
  KOINON_TRY(store.remove_invite(key));
  return store.put_invite(ended);
}

bool is_forgotten(const InviteRecord& invite, UnixMillis now) {
  const std::int64_t over_at = std::abs(invite.expires_at.value);
  return now.value - over_at > std::chrono::milliseconds(limits::kInviteRemembered).count();
}

}  // namespace koinon
