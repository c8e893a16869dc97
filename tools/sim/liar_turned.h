// Cities that are honest for some time, are trusted, and then turn. What they send is well formed, but it is
// too much, or too little at a time.
#pragma once

#include "tools/sim/liar.h"

namespace koinon::sim {

// Null: the name is none of these lies. "glutton" changes no frames, see city_life.cpp.
std::unique_ptr<Liar> make_turned_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                       Counters& counters, Chance chance);

}  // namespace koinon::sim
