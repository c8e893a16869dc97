#include "storage/store/sql_runs.h"

#include <utility>

#include "storage/store/hash_tiles.h"
#include "storage/store/run_rules.h"

namespace koinon {

// A server has a round trip for each statement that is waited for, and a COPY for the records: so runs that
// follow each other are written in one go, as far as the order of what they say allows.
Result<std::vector<JournalSeq>> SqlRuns::append(RunsInOrder runs) {
  KOINON_ASSIGN(const std::int64_t number, prepare(runs));
  KOINON_TRY(insert_records(runs, number));
  KOINON_TRY(append_hashes(runs, number));
  KOINON_ASSIGN(auto rows, extend(runs, number));
  KOINON_TRY(parts_.bodies.refute_marks(number, runs));
  KOINON_ASSIGN(const auto own, parts_.settings.own_log());
  for (const RunCommit* run : runs) {
    // Also of a run of our own log that came back from peers.
    KOINON_TRY(write_what_it_says(*run, number, is_own(*run) || own == run->log));
  }
  return rows;
}

// Before anything that the entries say is written: for that, the log is looked at as it stands with them.
Result<std::vector<JournalSeq>> SqlRuns::extend(RunsInOrder runs, std::int64_t number) {
  std::vector<JournalSeq> rows;
  std::uint64_t bytes = 0;
  for (const RunCommit* run : runs) {
    bytes += bytes_held(run->records);
    const bool shows = run == runs.back() || stands_whole(*run);
    KOINON_ASSIGN(rows.emplace_back(), shows ? parts_.heads.extend(*run, number, std::exchange(bytes, 0))
                                             : Result<JournalSeq>(JournalSeq(0)));
  }
  return rows;
}

Result<std::int64_t> SqlRuns::prepare(RunsInOrder runs) {
  const RunCommit& first = *runs.front();
  const auto state = parts_.logs.log_state(first.log);
  if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
  bool frozen = state.ok() && state->frozen;
  if (!state.ok()) {
    KOINON_ASSIGN(const auto kept, parts_.policy.evidence(first.log));
    frozen = freezes(kept);
  }
  TreeSize held = state.ok() ? state->range.size() : TreeSize(0);
  for (const RunCommit* run : runs) {
    KOINON_TRY(check_run(*run, held, frozen));
    held = run->after.size();
  }
  return state.ok() ? parts_.heads.place(first.log) : parts_.heads.create(first);
}

Status SqlRuns::insert_records(RunsInOrder runs, std::int64_t number) {
  std::size_t count = 0;
  for (const RunCommit* run : runs) count += run->records.size();
  KOINON_ASSIGN(const auto rows, db_.bulk({"record", {"id", "entry", "body", "state", "erased_by"}}, count));
  for (const RunCommit* run : runs) {
    for (const StoredRecord& record : run->records) {
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
  }
  return rows->finish();
}

Status SqlRuns::append_hashes(RunsInOrder runs, std::int64_t number) {
  std::vector<Hash> leaves;
  for (const RunCommit* run : runs) leaves.insert(leaves.end(), run->leaves.begin(), run->leaves.end());
  return HashTiles(db_, number).append(TreeSize(runs.front()->records.front().index.value), leaves);
}

Status SqlRuns::write_what_it_says(const RunCommit& run, std::int64_t number, bool ours) {
  KOINON_TRY(parts_.policy.write_vouches(run.vouches));
  for (const KeysFact& keys : run.keys) KOINON_TRY(parts_.log_keys.keep(run.log, keys));
  if (!run.keys.empty()) KOINON_TRY(parts_.peers.note_keys(run.log));
  if (ours) KOINON_TRY(write_own_contents(run));
  KOINON_TRY(parts_.attachments.add_uses(number, run.attachments, ours));
  KOINON_TRY(parts_.arrivals.write(number, run.records.front().index, run.records.size(), ArrivalKind::kAdded,
                                   run.arrived_at, run.source));
  return parts_.bodies.settle_withdrawals(number, run, ours);
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
