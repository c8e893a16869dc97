#include "node/replication/stored_standing.h"

#include <algorithm>
#include <utility>

#include "proto/base/encoding.h"
#include "storage/store/settings.h"

namespace koinon {

Status read_standing(StoreReader& store, StandingConfig& standing) {
  KOINON_ASSIGN(const auto excused, store.setting(kExcused));
  standing.without = excused_of(excused);
  KOINON_ASSIGN(const auto restored, store.setting(kRestored));
  KOINON_ASSIGN(const auto rolled_back, store.setting(kRolledBack));
  KOINON_ASSIGN(const auto found, store.setting(kRolledBackAt));
  standing.restored = restored || rolled_back;
  // A restore that no start has looked at yet is found out now.
  if (!found || (restored && !rolled_back)) return {};
  KOINON_ASSIGN(const std::uint64_t at, parse_decimal(*found));
  standing.rolled_back_at.value = static_cast<std::int64_t>(at);
  return {};
}

void add_own_log(const LogIdentity& own, StoreState& state) {
  LogState log;
  log.id = own.log_id();
  log.keys = KeyHistory(own);
  for (const KeptStatements& kept : state.statements) {
    const auto keys = KeyHistory::kept(own, kept.notes);
    if (kept.log == log.id && keys.ok()) log.keys = *keys;
  }
  const auto same = [&](const LogState& other) { return other.id == log.id; };
  if (std::none_of(state.logs.begin(), state.logs.end(), same)) state.logs.push_back(std::move(log));
}

}  // namespace koinon
