// What a log's entries say of its keys, read for showing it. What reads a store runs on the thread of that
// reader; the rest is pure, for any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/identity.h"
#include "crypto/key_history.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// The city replaced its signing key, by a statement of the old one; or took its log back, or changed its
// recovery words, by one that it signed with its recovery key; or names another key of its node.
struct KeyChange {
  enum class Kind : unsigned char { kRotation, kRecovery, kNewWords, kNode, kCosigner };
  Kind kind = Kind::kRotation;
  EntryIndex entry;              // that says so in its log; what stood there before a recovery is void
  std::optional<UnixMillis> at;  // nothing: the entry is not here yet, or was not read
  // Of a statement.
  std::uint64_t number = 0;  // of the log's statements, from 1
  std::string vkey;          // that signs from there on
  // Of a recovery, where that was counted: how many notes it made void of those that were held here. 0: none,
  // or it is not known.
  std::uint64_t voided = 0;

  // The recovery key signed it. One that changed the words voids as any other does.
  bool is_recovery() const { return kind == Kind::kRecovery || kind == Kind::kNewWords; }
  bool is_statement() const { return kind == Kind::kRotation || is_recovery(); }
};
// In the order of the entries: all statements, at most limits::kStatements; and since when its node key and
// its cosigner key are the ones that they are, unless that is since the Genesis or came with a recovery.
std::vector<KeyChange> read_key_changes(StoreReader& store, const LogState& state);
// Says of each recovery among them how many notes it made void here.
void count_voided(IndexReader& index, const LogState& state, std::vector<KeyChange>& changes);
// The one whose statement stands at this place of the log. Nothing: none does.
std::optional<KeyChange> key_change_at(StoreReader& store, const KeyHistory& keys, EntryIndex index);
// The one that an entry of this log carries. Nothing: it carries none, or one that the log's keys do not
// follow from; anybody may write anything into an entry of their own.
std::optional<KeyChange> key_change_of(StoreReader& store, const KeyHistory& keys, EntryIndex index,
                                       const v1::Entry& entry);

// The keys that a Keys entry, or entry 0, names for its log.
struct StatedKeys {
  LogKeys keys;
  bool are_proven = false;  // they signed that they are of this log; if not, they do not count
};
// Nothing: the entry names none that have the form of keys.
std::optional<StatedKeys> read_stated_keys(const LogId& log, const v1::Entry& entry);

}  // namespace koinon
