// The vouch that `peer add` brings.
#pragma once

#include "node/publishing/own_log.h"

namespace koinon {

// Makes the vouch for a peer whose session has proven its node key: only if the peer's log names that key.
// kNotFound while the log is not held here.
DraftMaker vouch_maker(const PeerRecord& peer, UnixMillis now);

}  // namespace koinon
