#include "tools/sim/scenarios.h"

#include <filesystem>

namespace koinon::embedded {
extern const std::string_view calm_toml, storm_toml, weather_toml, liars_toml, disks_toml, spread_toml,
    turned_toml, restored_toml, keys_toml, cosigned_toml;
}

namespace koinon::sim {

std::vector<std::pair<std::string, std::string_view>> built_in_scenarios() {
  return {{"calm", embedded::calm_toml},     {"weather", embedded::weather_toml},
          {"liars", embedded::liars_toml},   {"storm", embedded::storm_toml},
          {"disks", embedded::disks_toml},   {"spread", embedded::spread_toml},
          {"turned", embedded::turned_toml}, {"restored", embedded::restored_toml},
          {"keys", embedded::keys_toml},     {"cosigned", embedded::cosigned_toml}};
}

Result<Scenario> find_scenario(const std::string& name_or_path) {
  for (const auto& [name, text] : built_in_scenarios()) {
    if (name == name_or_path) return parse_scenario(text, name);
  }
  if (std::filesystem::exists(name_or_path)) return read_scenario(name_or_path);
  return fail(Code::kNotFound, "no scenario and no file is called so; see koinon-sim --list", name_or_path);
}

}  // namespace koinon::sim
