// The scenarios that come with koinon-sim.
#pragma once

#include <utility>
#include <vector>

#include "tools/sim/scenario.h"

namespace koinon::sim {

// The name and the text of each.
std::vector<std::pair<std::string, std::string_view>> built_in_scenarios();
// One of them by its name, or a file.
Result<Scenario> find_scenario(const std::string& name_or_path);

}  // namespace koinon::sim
