#include "storage/store/sql_removal.h"

#include "storage/store/arrival_rules.h"

namespace koinon {

// The records and files of a log are taken away little by little. There may be gigabytes of them. One
// transaction would fill the write-ahead log, and with it the room that is kept for our own log. Our own
// notes would have to wait for it.
Status SqlRemoval::remove(const LogId& log, UnixMillis now) {
  KOINON_ASSIGN(const LogState state, parts_.logs.log_state(log));
  KOINON_ASSIGN(const std::int64_t before, parts_.logs.log_number(log));
  if (const auto seen = largest_seen(state); seen) KOINON_TRY(parts_.seen.keep(*seen));
  KOINON_TRY(parts_.bodies.remove_all(before));
  KOINON_ASSIGN(const std::int64_t number, parts_.heads.clear(before));
  swept_ = false;
  // Written before the arrivals go that it replaces, so that no number is given twice.
  KOINON_TRY(parts_.arrivals.write(number, EntryIndex(0), numbers_of_removal(state.range.size()),
                                   ArrivalKind::kRemoved, now));
  KOINON_TRY(parts_.log_keys.void_from(log, EntryIndex(0)));
  KOINON_TRY(parts_.cosigned.forget_heads(log));
  return parts_.policy.forget_vouches_by(log);
}

}  // namespace koinon
