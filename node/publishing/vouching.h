// The vouch that `peer add` brings, and that `peer remove` takes back.
#pragma once

#include "node/publishing/own_log.h"

namespace koinon {

// Makes the vouch for a peer whose session has proven its node key: only if the peer's log names that key.
// kNotFound while the log is not held here.
DraftMaker vouch_maker(const PeerRecord& peer, UnixMillis now);
// Makes the vouch for a city whose log is held here, whoever its node is.
DraftMaker city_vouch_maker(const LogId& city, UnixMillis now);
// Takes back the vouch of our own log for a city; kNotFound where none stands.
DraftMaker vouch_withdrawal_maker(const LogId& own, const LogId& city);

}  // namespace koinon
