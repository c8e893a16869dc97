// Whether a node that serves is ready: it takes what is written, and finds what it holds. Pure.
//
// Not ready is a node whose store cannot be written to, at all or for what other cities send (`store`,
// `reserve`), or whose index has been far behind, or has not gone on, for limits::kIndexHopeless; or a reader
// that is too far behind its writer (`behind`). Whether it may sign is no part of that: while signing waits,
// all that is published is kept, and readers are served. Every other alarm is for a person, and a proxy that
// took the node out for it would make things worse.
#pragma once

#include <vector>

#include "node/api/alarms.h"

namespace koinon {

// The alarms for which the node is not ready; empty: it is.
std::vector<Alarm> unready_for(const std::vector<Alarm>& alarms, UnixMillis now);

}  // namespace koinon
