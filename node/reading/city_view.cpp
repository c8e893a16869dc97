#include "node/reading/city_view.h"

namespace koinon {

CityView read_city(Directory& directory, const LogState& state, const TrustPath& path) {
  CityView out;
  out.log = state.id;
  out.city = directory.city(state.id);
  out.vkey = state.keys.vkey().text();
  out.entries = state.range.size().value;
  out.frozen = state.frozen;
  out.name_claimed_twice = directory.shares_name(state);
  out.display_name = directory.display_name(state.id);
  for (const LogId& hop : path) out.trust_path.push_back(directory.city(hop));
  return out;
}

}  // namespace koinon
