// Lies about cosignatures: lines that are wrong, under others' names, of unknown kinds, too many of them; and
// news of heads that there are not.
#pragma once

#include "tools/sim/liar.h"

namespace koinon::sim {

// Null: the name is no such lie.
std::unique_ptr<Liar> make_lines_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                      Counters& counters, Chance chance);

}  // namespace koinon::sim
