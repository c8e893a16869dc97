// The vouch that `peer add` makes, and that `peer remove` takes back.
#pragma once

#include "node/publishing/own_log.h"

namespace koinon {

// Makes the vouch for a peer whose session has proven its node key. The peer's log must name that key.
// kNotFound: the log is not held here yet.
DraftMaker vouch_maker(const PeerRecord& peer, UnixMillis now);
// Makes the vouch for a city whose log is held here, without looking at its node.
DraftMaker city_vouch_maker(const LogId& city, UnixMillis now);
// Takes back the vouch of our own log for a city. kNotFound: there is none.
DraftMaker vouch_withdrawal_maker(const LogId& own, const LogId& city);

}  // namespace koinon
