// Cities that were honest for a while, are trusted, and turn: what they send is well formed, and there is too
// much of it, or too little at a time.
#pragma once

#include "tools/sim/liar.h"

namespace koinon::sim {

// Nothing where the name is none of theirs. "glutton" needs no change of words, see city_life.cpp.
std::unique_ptr<Liar> make_turned_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                       Counters& counters, Chance chance);

}  // namespace koinon::sim
