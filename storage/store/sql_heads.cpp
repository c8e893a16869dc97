#include "storage/store/sql_heads.h"

#include "storage/store/run_rules.h"

namespace koinon {

Result<std::int64_t> SqlHeads::create(const RunCommit& run) {
  auto insert = db_.prepare(
      "INSERT INTO log (number, log_id, name, signing_key, recovery_key, size, range) SELECT "
      "coalesce(max(number), 0) + 1, ?, ?, ?, ?, 0, ? FROM log WHERE true ON CONFLICT (log_id) DO NOTHING");
  KOINON_TRY(insert.bind_blob(run.log.view())
                 .bind_text(run.identity.name)
                 .bind_blob(run.identity.signing_key.view())
                 .bind_blob(run.identity.recovery_key.view())
                 .bind_blob({})
                 .run());
  return place(run.log);
}

Result<std::int64_t> SqlHeads::place(const LogId& log) {
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
  KOINON_TRY(engine_.make_place(number));
  return number;
}

Result<JournalSeq> SqlHeads::extend(const RunCommit& run, std::int64_t number, std::uint64_t bytes) {
  const Bytes range = pack_hashes(run.after.hashes());
  auto update = db_.prepare(
      "UPDATE log SET size = ?, range = ?, seen_size = ?, seen_root = ?, seen_note = ?, seen_right = ?, "
      "bytes = bytes + ? WHERE number = ?");
  const Bytes right = pack_hashes(run.right);
  KOINON_TRY(update.bind(static_cast<std::int64_t>(run.after.size().value))
                 .bind_blob(range)
                 .bind(static_cast<std::int64_t>(run.head.size.value))
                 .bind_blob(run.head.root.view())
                 .bind_blob(run.head.note)
                 .bind_blob(right)
                 .bind(static_cast<std::int64_t>(bytes))
                 .bind(number)
                 .run());
  if (!stands_whole(run)) return JournalSeq(0);
  auto head = db_.prepare("UPDATE log SET whole_size = ?, whole_root = ?, whole_note = ? WHERE number = ?");
  KOINON_TRY(head.bind(static_cast<std::int64_t>(run.head.size.value))
                 .bind_blob(run.head.root.view())
                 .bind_blob(run.head.note)
                 .bind(number)
                 .run());
  return journal_.write_row(number);
}

Result<JournalSeq> SqlHeads::freeze(const LogId& log) {
  auto freeze = db_.prepare("UPDATE log SET frozen = 1 WHERE log_id = ?");
  KOINON_TRY(freeze.bind_blob(log.view()).run());
  return renew_row(log);
}

Result<JournalSeq> SqlHeads::renew_row(const LogId& log) {
  const auto state = logs_.log_state(log);
  if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
  if (!state.ok() || !state->whole) return JournalSeq(0);
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
  return journal_.write_row(number);
}

Status SqlHeads::thaw(const LogId& log) {
  auto thaw = db_.prepare("UPDATE log SET frozen = 0 WHERE log_id = ?");
  return thaw.bind_blob(log.view()).run();
}

Status SqlHeads::drop_heads(const LogId& log, bool frozen, std::uint64_t held_under) {
  const auto number = logs_.log_number(log);
  if (!number.ok()) return number.error().code == Code::kNotFound ? Status() : number.error();
  KOINON_TRY(journal_.drop_row(*number));
  auto update = db_.prepare(
      "UPDATE log SET whole_size = NULL, whole_root = NULL, whole_note = NULL, seen_size = NULL, seen_root = "
      "NULL, seen_note = NULL, seen_right = NULL, frozen = ?, held_under = ? WHERE number = ?");
  return update.bind(frozen ? 1 : 0).bind(static_cast<std::int64_t>(held_under)).bind(*number).run();
}

Status SqlHeads::set_held_under(const LogId& log, std::uint64_t recoveries) {
  auto update = db_.prepare("UPDATE log SET held_under = ? WHERE log_id = ?");
  return update.bind(static_cast<std::int64_t>(recoveries)).bind_blob(log.view()).run();
}

Status SqlHeads::stand(const LogId& log, const StoredHead& head) {
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
  auto update = db_.prepare(
      "UPDATE log SET whole_size = ?1, whole_root = ?2, whole_note = ?3, seen_size = ?1, seen_root = ?2, "
      "seen_note = ?3, seen_right = ?4 WHERE number = ?5");
  KOINON_TRY(update.bind(static_cast<std::int64_t>(head.size.value))
                 .bind_blob(head.root.view())
                 .bind_blob(head.note)
                 .bind_blob({})
                 .bind(number)
                 .run());
  KOINON_TRY(journal_.write_row(number));
  return {};
}

Status SqlHeads::set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) {
  KOINON_TRY(logs_.log_number(log));
  auto update = db_.prepare("UPDATE log SET out_since_ms = ?, out_lived_ms = ? WHERE log_id = ?");
  return update.bind(since.value).bind(lived.count()).bind_blob(log.view()).run();
}

Result<JournalSeq> SqlHeads::readmit(const LogId& log) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
  auto update = db_.prepare("UPDATE log SET out_since_ms = NULL, out_lived_ms = NULL WHERE number = ?");
  KOINON_TRY(update.bind(number).run());
  if (!state.whole) return JournalSeq(0);
  return journal_.write_row(number);
}

// From now on a query for the log does not find the rows under its old number. A walk over the records or
// arrivals of all logs passes them by.
Result<std::int64_t> SqlHeads::renumber(std::int64_t number) {
  std::int64_t fresh = 0;
  bool files = false;
  {
    auto last = db_.prepare("SELECT (SELECT max(number) FROM log) + 1, files FROM log WHERE number = ?");
    KOINON_TRY(last.bind(number).step());
    fresh = last.integer(0);
    files = last.integer(1) != 0;
  }
  auto log = db_.prepare("UPDATE log SET number = ? WHERE number = ?");
  KOINON_TRY(log.bind(fresh).bind(number).run());
  if (files) {  // files that notes of other cities name too
    // Only files of other cities. Their index finds them, and nothing is counted for the rest.
    auto move = db_.prepare("UPDATE attachment SET log = ? WHERE log = ? AND wish < 3");
    KOINON_TRY(move.bind(fresh).bind(number).run());
  }
  return fresh;
}

Result<std::int64_t> SqlHeads::clear(std::int64_t number) {
  KOINON_ASSIGN(const std::int64_t fresh, renumber(number));
  KOINON_TRY(journal_.drop_row(number));
  auto clear = db_.prepare(
      "UPDATE log SET size = 0, range = ?, whole_size = NULL, whole_root = NULL, whole_note = NULL, "
      "seen_size = NULL, seen_root = NULL, seen_note = NULL, seen_right = NULL, out_since_ms = NULL, "
      "out_lived_ms = NULL, bytes = 0, transit = 0, grace = 0, held_under = 0 WHERE number = ?");
  KOINON_TRY(clear.bind_blob({}).bind(fresh).run());
  return fresh;
}

}  // namespace koinon
