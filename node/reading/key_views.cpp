#include "node/reading/key_views.h"

#include <algorithm>
#include <utility>

#include "proto/codec/entry.h"

namespace koinon {
namespace {

// That the entry at this place names for its log. Nothing: none does, or it is not here.
std::optional<SealingKey> sealing_key_at(StoreReader& store, const LogId& log, std::uint64_t index) {
  const auto bytes = store.entry(log, EntryIndex(index));
  const auto entry = bytes.ok() ? parse_entry(*bytes) : Result<v1::Entry>(bytes.error());
  const auto stated = entry.ok() ? read_stated_keys(log, *entry) : std::nullopt;
  if (!stated || !stated->are_proven) return std::nullopt;
  return stated->keys.sealing;
}

// Whether a new machine took the log over with this recovery: the keys that it names are all new. Who changes
// the recovery words and no more goes on with the sealing key of before.
bool has_new_machine(StoreReader& store, const KeyHistory& keys, std::size_t recovery) {
  const LogId log = keys.identity().log_id();
  const auto named_behind = [&](std::size_t i) {
    return sealing_key_at(store, log, keys.changes()[i].statement.size.value + 1);
  };
  const auto named = named_behind(recovery);
  if (!named) return false;
  const std::uint64_t kept = keys.changes()[recovery].statement.size.value;
  for (std::size_t i = recovery; i > 0; --i) {
    const KeyHistory::Change& earlier = keys.changes()[i - 1];
    if (!earlier.is_recovery || earlier.statement.size.value + 1 >= kept) continue;
    if (const auto before = named_behind(i - 1)) return *before != *named;
  }
  const auto first = sealing_key_at(store, log, 0);
  return first && *first != *named;
}

KeyChange::Kind kind_of(StoreReader& store, const KeyHistory& keys, std::size_t number) {
  using Kind = KeyHistory::Change::Kind;
  const KeyHistory::Change& change = keys.changes()[number];
  Kind kind = change.kind();
  if (kind == Kind::kNewWords) kind = change.kind(has_new_machine(store, keys, number));
  switch (kind) {
    case Kind::kRotation:
      return KeyChange::Kind::kRotation;
    case Kind::kNewWords:
      return KeyChange::Kind::kNewWords;
    case Kind::kRecovery:
      break;
  }
  return KeyChange::Kind::kRecovery;
}

KeyChange shown_change(StoreReader& store, const KeyHistory& keys, std::size_t number) {
  const Statement& statement = keys.changes()[number].statement;
  return {kind_of(store, keys, number),
          EntryIndex(statement.size.value),
          std::nullopt,
          statement.sequence,
          statement.key.text(),
          0};
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
  for (std::size_t i = 0; i < state.keys.changes().size(); ++i) {
    KeyChange shown = shown_change(store, state.keys, i);
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

void count_voided(IndexReader& index, const LogState& state, std::vector<KeyChange>& changes) {
  std::uint64_t recoveries = 0;  // that came before
  for (const KeyHistory::Change& made : state.keys.changes()) {
    if (!made.is_recovery) continue;
    const auto voided = index.voided_notes(state.id, recoveries++);
    for (KeyChange& change : changes) {
      if (voided.ok() && change.is_recovery() && change.number == made.statement.sequence)
        change.voided = *voided;
    }
  }
}

std::optional<KeyChange> key_change_at(StoreReader& store, const KeyHistory& keys, EntryIndex index) {
  for (std::size_t i = 0; i < keys.changes().size(); ++i) {
    if (keys.changes()[i].statement.size.value == index.value) return shown_change(store, keys, i);
  }
  return std::nullopt;
}

std::optional<KeyChange> key_change_of(StoreReader& store, const KeyHistory& keys, EntryIndex index,
                                       const v1::Entry& entry) {
  if (entry.kind() != v1::KIND_ROTATION) return std::nullopt;
  for (std::size_t i = 0; i < keys.changes().size(); ++i) {
    const Statement& statement = keys.changes()[i].statement;
    // A signed note: its text, an empty line, signatures.
    if (statement.size.value != index.value ||
        !entry.control().rotation_statement().starts_with(statement.text() + "\n"))
      continue;
    KeyChange out = shown_change(store, keys, i);
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
