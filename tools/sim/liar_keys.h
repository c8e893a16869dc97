// A city whose old key is in a thief's hands: it goes on signing what the new one signs.
#pragma once

#include "tools/sim/liar.h"

namespace koinon::sim {

// Null: the name is none of these lies.
std::unique_ptr<Liar> make_keys_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                     Counters& counters, Chance chance);

}  // namespace koinon::sim
