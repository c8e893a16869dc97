#include "storage/memory/memory_removal.h"

#include <algorithm>
#include <utility>

#include "proto/codec/entry.h"
#include "storage/store/arrival_rules.h"
#include "storage/store/recovery_rules.h"

namespace koinon {

void MemoryRemoval::remove(const MemoryLog& log, UnixMillis now) {
  const LogId id = log.state.id;
  if (const auto seen = largest_seen(log.state); seen) parts_.seen.keep(*seen);
  parts_.bodies.remove_all(id);
  parts_.arrivals.add(id, EntryIndex(0), numbers_of_removal(TreeSize(log.records.size())),
                      ArrivalKind::kRemoved, now);
  parts_.logs.remove(id);
  parts_.cosigned.forget_heads(id);
  parts_.policy.forget_vouches_by(id);
}

Result<Recovered> MemoryRemoval::take_back(const RecoveryCommit& recovery) {
  if (parts_.policy.is_contradicted(recovery.log)) return contradicted(recovery.log);
  MemoryLog* log = parts_.logs.held(recovery.log);
  KOINON_TRY(begin(recovery, log));
  if (log == nullptr) return Recovered();
  const LogState before = log->state;
  TreeSize stands = before.range.size();
  if (!before.seen) {
    if (recovery.anew) parts_.logs.set_held_under(*log, 0);
    KOINON_ASSIGN(stands, standing_size(before, recovery.anew, [&](TreeSize size) {
                    return parts_.logs.root_at(recovery.log, size);
                  }));
    if (stands == TreeSize(0)) {
      remove(*log, recovery.now);
      return Recovered();
    }
    void_piece(*log, recovery, stands);
  }
  Recovered out;
  out.done = log->state.range.size() <= stands;
  if (out.done && stands_with_head(recovery, before, stands)) {
    LogState whole = log->state;
    whole.seen = recovery.head;
    parts_.logs.set_state(*log, std::move(whole));
    parts_.logs.set_row(*log, log->state.journal_seq, recovery.head);
    KOINON_TRY(parts_.logs.write_row(*log));
  }
  out.log = log->state;
  out.vouches = parts_.policy.vouches_by(recovery.log);
  return out;
}

Recovered MemoryRemoval::contradicted(const LogId& log) {
  Recovered as_it_is;
  as_it_is.contradicted = true;
  if (const MemoryLog* held = parts_.logs.held(log); held != nullptr) as_it_is.log = held->state;
  as_it_is.vouches = parts_.policy.vouches_by(log);
  return as_it_is;
}

Status MemoryRemoval::begin(const RecoveryCommit& recovery, MemoryLog* log) {
  parts_.statements.keep(recovery.log, recovery.notes);
  KOINON_ASSIGN(const bool is_new, is_news(recovery, log));
  bool frozen = false;  // by evidence against the new origin, which came meanwhile
  if (is_new) {
    frozen = parts_.policy.forget_evidence(recovery.log, recovery.recoveries);
    parts_.seen.forget_origins(recovery.log, recovery.recoveries);
    parts_.cosigned.forget_heads(recovery.log);
  }
  if (log == nullptr) return {};
  parts_.peers.note_keys(recovery.log);
  KOINON_ASSIGN(KeyHistory keys, KeyHistory::kept(log->state.identity(), recovery.notes));
  if (is_new) {
    LogState now = without_heads(log->state, std::move(keys));
    now.frozen = frozen;
    parts_.logs.set_state(*log, std::move(now));
  } else {
    parts_.logs.set_keys(*log, std::move(keys));
  }
  return {};
}

// The statements alone do not tell: they may have been kept before what they make void went.
Result<bool> MemoryRemoval::is_news(const RecoveryCommit& recovery, const MemoryLog* log) {
  if (log == nullptr || log->state.keys.recoveries() < recovery.recoveries) return true;
  KOINON_ASSIGN(const KeyHistory told, KeyHistory::kept(log->state.identity(), recovery.notes));
  return has_old_heads(log->state, told);
}

// Its newest entries, and what they stated.
void MemoryRemoval::void_piece(MemoryLog& log, const RecoveryCommit& recovery, TreeSize stands) {
  VoidPiece takes;
  std::uint64_t from = log.records.size();
  while (from > stands.value) {
    const MemoryRecord& record = log.records[from - 1];
    if (!takes.takes(record.entry->size(), record.body && !record.transit ? record.body->size() : 0)) break;
    --from;
  }
  const bool own = parts_.settings.own_log() == recovery.log;
  if (takes.entries() > 0) parts_.bodies.void_from(log, EntryIndex(from), own, recovery.now);
  parts_.bodies.put_back_from(log, EntryIndex(std::max(from, stands.value)), recovery);
  if (takes.entries() == 0) return;
  if (own) parts_.settings.forget_once(EntryIndex(from));
  put_back_vouches(log, EntryIndex(from));
}

// The latest statement about a city stands, and which that is only the entries know.
void MemoryRemoval::put_back_vouches(const MemoryLog& log, EntryIndex end) {
  const LogId& id = log.state.id;
  std::vector<VouchFact> stated;
  for (std::uint64_t i = 0; i < end.value; ++i) {
    const auto entry = parse_entry(*log.records[i].entry);
    if (!entry.ok()) continue;
    if (auto vouch = vouch_of(id, EntryIndex(i), *entry)) stated.push_back(std::move(*vouch));
  }
  parts_.policy.forget_vouches_by(id);
  parts_.policy.write_vouches(stated);
}

}  // namespace koinon
