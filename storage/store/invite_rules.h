// Invites that are over, as every store keeps them.
#pragma once

#include "storage/store/store.h"

namespace koinon {

// The invite was used, or is revoked: nobody joins by it any more, whatever the clock says later. Within the
// caller's transaction. kNotFound: that was so already, or it was never given.
Status end_invite(Store& store, const NodeKey& key, UnixMillis now);

// Whether nobody need know any more that this was an invite.
bool is_forgotten(const InviteRecord& invite, UnixMillis now);

}  // namespace koinon
