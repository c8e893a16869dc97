// Peers that lie about what they saw of others' logs, and about where journals stand: they want a city never
// to sign again, or to take itself for restored.
#pragma once

#include "tools/sim/liar.h"

namespace koinon::sim {

// Null: the name is none of these lies.
std::unique_ptr<Liar> make_standing_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                         Counters& counters, Chance chance);

}  // namespace koinon::sim
