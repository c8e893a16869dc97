#include "node/reading/city_view.h"

#include <algorithm>
#include <utility>

#include "proto/codec/entry.h"

namespace koinon {

namespace {

// When the entry was made, if it is here and of that kind.
std::optional<UnixMillis> made_at(StoreReader& store, const LogId& log, EntryIndex index, v1::Kind kind) {
  const auto entry = store.entry(log, index);
  const auto parsed = entry.ok() ? parse_entry(*entry) : Result<v1::Entry>(entry.error());
  if (!parsed.ok() || parsed->kind() != kind) return std::nullopt;
  return UnixMillis{parsed->created_at_ms()};
}

}  // namespace

std::vector<KeyChange> read_key_changes(StoreReader& store, const LogState& state) {
  using Kind = KeyChange::Kind;
  std::vector<KeyChange> out;
  std::optional<std::uint64_t> behind_recovery;
  for (const KeyHistory::Change& change : state.keys.changes()) {
    const EntryIndex entry(change.statement.size.value);
    out.push_back({entry, change.is_recovery ? Kind::kRecovery : Kind::kRotation,
                   made_at(store, state.id, entry, v1::KIND_ROTATION)});
    if (change.is_recovery) behind_recovery = entry.value + 1;
  }
  const auto standing = store.standing_keys(state.id);
  if (!standing.ok()) return out;
  for (const auto& [index, kind] :
       {std::pair(standing->node_since, Kind::kNode), std::pair(standing->cosigner_since, Kind::kCosigner)}) {
    if (index.value == 0 || index.value == behind_recovery) continue;
    out.push_back({index, kind, made_at(store, state.id, index, v1::KIND_KEYS)});
  }
  std::sort(out.begin(), out.end(), [](const KeyChange& a, const KeyChange& b) {
    return std::pair(a.entry, a.kind) < std::pair(b.entry, b.kind);
  });
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
