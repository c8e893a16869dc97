// Settings of the store: their names, and how their values are read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// Names of settings.
inline constexpr std::string_view kSubscriptions = "subscriptions";  // BodyFilter::text
inline constexpr std::string_view kObserverName = "observer";        // of a node without a log
inline constexpr std::string_view kFilterApplied =
    "filter_applied";  // the filter that was applied to the bodies held here
// Set to "1" by koinon restore: the store may lack what other cities hold of our own log.
inline constexpr std::string_view kRestored = "restored";
inline constexpr std::string_view kLived = "lived_ms";  // how long the node has run, decimal

// How far vouches reach, paths that share no city, cities through one voucher: decimal, a blank between.
// Those of the node that writes, for its readers.
inline constexpr std::string_view kTrustRules = "trust.rules";

inline constexpr std::string_view kExcused =
    "signing.without";  // the peers without whose answers we may sign: hexadecimal node keys, blank between
inline constexpr std::string_view kRolledBack =
    "signing.rolled_back";  // when it was found out; set: not answered yet
// When a rollback was found out last, decimal Unix milliseconds; it stays. What was queued before then waits
// for a look.
inline constexpr std::string_view kRolledBackAt = "signing.rolled_back_at";

// What our own cosigner key signed last may be forgotten here, since the store was put back from a copy. It
// signs nothing more, until the log names another one as lost: the one whose public half stands here, in
// hexadecimal digits. "1": none was made yet (node/replication/cosigner_loss.h).
inline constexpr std::string_view kCosignerLost = "cosigner.lost";

// The next node key, and which peers hold the entry that names it (node/publishing/node_key_wait.h).
inline constexpr std::string_view kNodeKeyWait = "node_key_wait";

// Set while a pin is to follow what its log says of its node: since entries that name keys came, or such
// entries became void, in the same transaction as they, until the pins were looked at. Only of logs that are
// a pinned peer's.
std::string keys_to_follow(const LogId& log);

// The setting kExcused. What is no key is passed over.
std::string excused_text(const std::vector<NodeKey>& peers);
std::vector<NodeKey> excused_of(const std::optional<Bytes>& setting);

// Reads the setting kLived. A missing or unreadable value counts as 0.
std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting);

// `once.` and a name: the index of the entry that was published under it.
inline constexpr std::string_view kOnce = "once.";

// Two rows of `meta` that are no settings: what `koinon store move` says of a store (move_marks.h).
// The store is being filled from another one, whose name stands here: it is not whole yet.
inline constexpr std::string_view kMoving = "moving";
// The store has gone on elsewhere, and this says where. Two that went on would fork the log.
inline constexpr std::string_view kMovedTo = "moved_to";

}  // namespace koinon
