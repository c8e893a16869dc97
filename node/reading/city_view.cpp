#include "node/reading/city_view.h"

#include "proto/codec/entry.h"

namespace koinon {

std::vector<KeyChange> read_key_changes(StoreReader& store, const LogState& state) {
  std::vector<KeyChange> out;
  for (const KeyHistory::Change& change : state.keys.changes()) {
    KeyChange shown{EntryIndex(change.statement.size.value), change.is_recovery, std::nullopt};
    const auto entry = store.entry(state.id, shown.entry);
    const auto parsed = entry.ok() ? parse_entry(*entry) : Result<v1::Entry>(entry.error());
    if (parsed.ok() && parsed->kind() == v1::KIND_ROTATION) shown.at = UnixMillis{parsed->created_at_ms()};
    out.push_back(shown);
  }
  return out;
}

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
