#include "node/reading/key_views.h"

#include <algorithm>
#include <utility>

#include "proto/codec/entry.h"

namespace koinon {
namespace {

KeyChange::Kind kind_of(const KeyHistory::Change& change) {
  if (!change.is_recovery) return KeyChange::Kind::kRotation;
  return change.statement.recovery_key ? KeyChange::Kind::kNewWords : KeyChange::Kind::kRecovery;
}

KeyChange shown_change(const KeyHistory::Change& change) {
  const Statement& statement = change.statement;
  return {kind_of(change), EntryIndex(statement.size.value), std::nullopt, statement.sequence,
          statement.key.text()};
}

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
    KeyChange shown = shown_change(change);
    shown.at = made_at(store, state.id, shown.entry, v1::KIND_ROTATION);
    // New words leave the keys that were named before as they are.
    if (shown.kind == Kind::kRecovery) behind_recovery = shown.entry.value + 1;
    out.push_back(std::move(shown));
  }
  const auto standing = store.standing_keys(state.id);
  if (!standing.ok()) return out;
  for (const auto& [index, kind] :
       {std::pair(standing->node_since, Kind::kNode), std::pair(standing->cosigner_since, Kind::kCosigner)}) {
    if (index.value == 0 || index.value == behind_recovery) continue;
    KeyChange named;
    named.kind = kind;
    named.entry = index;
    named.at = made_at(store, state.id, index, v1::KIND_KEYS);
    out.push_back(std::move(named));
  }
  std::sort(out.begin(), out.end(), [](const KeyChange& a, const KeyChange& b) {
    return std::pair(a.entry, a.kind) < std::pair(b.entry, b.kind);
  });
  return out;
}

std::optional<KeyChange> key_change_at(const KeyHistory& keys, EntryIndex index) {
  for (const KeyHistory::Change& change : keys.changes()) {
    if (change.statement.size.value == index.value) return shown_change(change);
  }
  return std::nullopt;
}

std::optional<KeyChange> key_change_of(const KeyHistory& keys, EntryIndex index, const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_ROTATION) return std::nullopt;
  for (const KeyHistory::Change& change : keys.changes()) {
    // A signed note: its text, an empty line, signatures.
    if (change.statement.size.value != index.value ||
        !entry.control().rotation_statement().starts_with(change.statement.text() + "\n"))
      continue;
    KeyChange out = shown_change(change);
    out.at = UnixMillis{entry.created_at_ms()};
    return out;
  }
  return std::nullopt;
}

std::optional<StatedKeys> read_stated_keys(const LogId& log, const v1::Entry& entry) {
  const v1::Control& control = entry.control();
  const bool is_first = entry.kind() == v1::KIND_GENESIS && control.has_genesis();
  if (!is_first && !(entry.kind() == v1::KIND_KEYS && control.has_keys())) return std::nullopt;
  const v1::Keys& keys = is_first ? control.genesis().keys() : control.keys();
  for (const std::string* key : {&keys.cosigner_key(), &keys.sealing_key(), &keys.node_key()}) {
    if (key->size() != PublicKey::kSize) return std::nullopt;
  }
  return StatedKeys{{PublicKey::from(keys.cosigner_key()), SealingKey::from(keys.sealing_key()),
                     NodeKey::from(keys.node_key())},
                    check_keys(keys, log).ok()};
}

}  // namespace koinon
