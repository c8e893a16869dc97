#include "storage/store/sql_runs.h"

#include "storage/store/hash_tiles.h"
#include "storage/store/run_rules.h"

namespace koinon {

Result<JournalSeq> SqlRuns::append(const RunCommit& run) {
  const auto state = parts_.logs.log_state(run.log);
  if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
  bool frozen = state.ok() && state->frozen;
  if (!state.ok()) {
    KOINON_ASSIGN(const auto kept, parts_.policy.evidence(run.log));
    frozen = freezes(kept);
  }
  KOINON_TRY(check_run(run, state.ok() ? state->range.size() : TreeSize(0), frozen));
  KOINON_ASSIGN(const std::int64_t number, parts_.heads.create(run));
  KOINON_TRY(write_records(run, number));
  return parts_.heads.extend(run, number);
}

Status SqlRuns::write_records(const RunCommit& run, std::int64_t number) {
  KOINON_TRY(insert_records(run, number));
  HashTiles tiles(db_, number);
  KOINON_TRY(tiles.append(TreeSize(run.records.front().index.value), run.leaves));
  KOINON_TRY(parts_.policy.write_vouches(run.vouches));
  for (const KeysFact& keys : run.keys) KOINON_TRY(parts_.log_keys.keep(run.log, keys));
  if (!run.keys.empty()) KOINON_TRY(parts_.peers.note_keys(run.log));
  // Also of a run of our own log that came back from peers.
  KOINON_ASSIGN(const auto own, parts_.settings.own_log());
  const bool ours = is_own(run) || own == run.log;
  if (ours) KOINON_TRY(write_own_contents(run));
  KOINON_TRY(parts_.attachments.add_uses(number, run.attachments, ours));
  KOINON_TRY(parts_.arrivals.write(number, run.records.front().index, run.records.size(), ArrivalKind::kAdded,
                                   run.arrived_at, run.source));
  return parts_.bodies.settle_withdrawals(number, run, ours);
}

Status SqlRuns::insert_records(const RunCommit& run, std::int64_t number) {
  KOINON_ASSIGN(const auto rows,
                db_.bulk({"record", {"id", "entry", "body", "state", "erased_by"}}, run.records.size()));
  for (const StoredRecord& record : run.records) {
    rows->put(record_id(number, record.index));
    rows->put_blob(record.entry);
    if (record.body.empty()) {
      rows->put_null();
    } else {
      rows->put_blob(record.body);
    }
    rows->put(static_cast<std::int64_t>(record.state));
    if (record.state == BodyState::kErased) {
      rows->put(static_cast<std::int64_t>(record.erased_by.value));
    } else {
      rows->put_null();
    }
    KOINON_TRY(rows->end_row());
  }
  return rows->finish();
}

Status SqlRuns::write_own_contents(const RunCommit& run) {
  const auto put = [&](BytesView digest, EntryIndex index, bool sealed) -> Status {
    if (digest.empty()) return {};
    auto insert = db_.prepare(
        "INSERT INTO own_content (digest, entry_index, sealed) VALUES (?, ?, ?) ON CONFLICT (digest) DO "
        "UPDATE "
        "SET entry_index = excluded.entry_index, sealed = excluded.sealed");
    return insert.bind_blob(digest).bind(static_cast<std::int64_t>(index.value)).bind(sealed ? 1 : 0).run();
  };
  for (std::size_t i = 0; i < run.own_contents.size(); ++i)
    KOINON_TRY(put(run.own_contents[i], run.records[i].index, false));
  for (const StoredRecord& record : run.records)
    KOINON_TRY(put(sealed_digest(record.entry), record.index, true));
  return {};
}

}  // namespace koinon
