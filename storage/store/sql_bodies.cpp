#include "storage/store/sql_bodies.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "storage/store/body_rules.h"
#include "storage/store/run_rules.h"

namespace koinon {
namespace {

// How much one transaction takes away.
constexpr std::int64_t kPieceRows = 4096;
constexpr std::uint64_t kPieceBytes = 8 * limits::kMiB;

}  // namespace

Status SqlBodies::set_body(std::int64_t id, std::optional<BytesView> body, BodyState state) {
  auto update = db_.prepare("UPDATE record SET body = ?, state = ?, erased_by = NULL WHERE id = ?");
  if (body) {
    update.bind_blob(*body);
  } else {
    update.bind_null();
    erased_ = true;
    KOINON_TRY(parts_.attachments.drop_uses(id));
  }
  return update.bind(static_cast<std::int64_t>(state)).bind(id).run();
}

Status SqlBodies::drop_transit(std::int64_t id) {
  auto remove = db_.prepare("DELETE FROM transit WHERE id = ?");
  KOINON_TRY(remove.bind(id).run());
  KOINON_ASSIGN(const std::int64_t removed, db_.changes());
  erased_ = erased_ || removed > 0;
  return {};
}

// A body of this log was added. The oldest of this log go first, then the oldest of all.
Status SqlBodies::trim_transit(std::int64_t number, UnixMillis now) {
  while (true) {
    std::int64_t id = 0;
    {
      auto first = db_.prepare(
          "SELECT id, (SELECT transit FROM log WHERE number = ?1) FROM transit WHERE id >> 40 = ?1 ORDER BY "
          "at_ms, id LIMIT 1");
      first.bind(number);
      KOINON_ASSIGN(const bool found, first.step());
      if (!found || !is_over_share(first.number(1), transit_quota_)) break;
      id = first.integer(0);
    }
    KOINON_TRY(drop_transit(id));
    KOINON_TRY(parts_.attachments.drop_uses(id));
  }
  while (true) {
    std::int64_t id = 0;
    {
      auto first = db_.prepare(
          "SELECT id, at_ms, (SELECT transit FROM total) FROM transit ORDER BY at_ms, id LIMIT 1");
      KOINON_ASSIGN(const bool found, first.step());
      if (!found || !oldest_goes(first.number(2), transit_quota_, {first.integer(1)}, now)) return {};
      id = first.integer(0);
    }
    KOINON_TRY(drop_transit(id));
    KOINON_TRY(parts_.attachments.drop_uses(id));
  }
}

Status SqlBodies::add(const BodiesCommit& bodies, bool ours) {
  KOINON_ASSIGN(const std::int64_t number, parts_.logs.log_number(bodies.log));
  bool transit = false;
  for (const auto& item : bodies.bodies) {
    if (item.index.value >= limits::kMaxLogSize) continue;
    const std::int64_t id = record_id(number, item.index);
    auto find = db_.prepare("SELECT state FROM record WHERE id = ?");
    find.bind(id);
    KOINON_ASSIGN(const bool found, find.step());
    if (!found) continue;
    const BodyPlace place = place_of_body(static_cast<BodyState>(find.integer(0)), item.transit);
    if (place == BodyPlace::kNowhere) continue;
    if (place == BodyPlace::kTransit) {
      auto put =
          db_.prepare("INSERT INTO transit (id, body, at_ms) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING");
      KOINON_TRY(put.bind(id).bind_blob(item.body).bind(bodies.arrived_at.value).run());
      transit = true;
      continue;
    }
    KOINON_TRY(drop_transit(id));
    KOINON_TRY(set_body(id, item.body, BodyState::kHeld));
    KOINON_TRY(
        parts_.arrivals.write(number, item.index, 1, ArrivalKind::kBody, bodies.arrived_at, bodies.source));
  }
  KOINON_TRY(parts_.attachments.add_uses(number, bodies.attachments, ours));
  if (transit) KOINON_TRY(trim_transit(number, bodies.arrived_at));
  return {};
}

// Those that name files first, one by one. Then many with one statement, the last id as often as is needed.
Status SqlBodies::let_go(const std::vector<std::int64_t>& ids, BodyState state) {
  KOINON_ASSIGN(const auto naming, parts_.attachments.naming(ids));
  for (const std::int64_t id : naming) KOINON_TRY(parts_.attachments.drop_uses(id));
  erased_ = erased_ || !ids.empty();
  for (std::size_t begin = 0; begin < ids.size(); begin += kIdsAtOnce) {
    auto update =
        db_.prepare("UPDATE record SET body = NULL, state = ?, erased_by = NULL WHERE id IN " + in_ids());
    update.bind(static_cast<std::int64_t>(state));
    for (std::size_t i = begin; i < begin + kIdsAtOnce; ++i) update.bind(ids[std::min(i, ids.size() - 1)]);
    KOINON_TRY(update.run());
  }
  return {};
}

Status SqlBodies::take_from_transit(std::int64_t id) {
  Bytes body;
  {
    auto select = db_.prepare("SELECT body FROM transit WHERE id = ?");
    KOINON_ASSIGN(const bool found, select.bind(id).step());
    if (!found) return {};
    body = select.blob(0);
  }
  KOINON_TRY(drop_transit(id));
  return set_body(id, body, BodyState::kHeld);
}

// A mark says that an entry of these runs took a body away. If the entry did not, the body is only missing.
Status SqlBodies::refute_marks(std::int64_t number, RunsInOrder runs) {
  const std::uint64_t from = runs.front()->records.front().index.value;
  const std::uint64_t end = runs.back()->after.size().value;
  std::vector<std::int64_t> wrong;
  {
    // The index finds the marks that name entries of these runs. It need not look at all that was ever
    // erased.
    auto marked = db_.prepare(
        "SELECT id, erased_by FROM record WHERE state = 2 AND id >> 40 = ? AND erased_by >= ? AND erased_by "
        "< ?");
    marked.bind(number).bind(static_cast<std::int64_t>(from)).bind(static_cast<std::int64_t>(end));
    while (true) {
      KOINON_ASSIGN(const bool row, marked.step());
      if (!row) break;
      const EntryIndex by(marked.number(1));
      const std::int64_t id = marked.integer(0);
      const EntryIndex target(static_cast<std::uint64_t>(id - record_id(number, EntryIndex(0))));
      const auto contradicts = [&](const RunCommit* run) { return contradicts_mark(*run, target, by); };
      if (std::any_of(runs.begin(), runs.end(), contradicts)) wrong.push_back(id);
    }
  }
  for (const std::int64_t id : wrong) KOINON_TRY(set_body(id, {}, BodyState::kNotHeld));
  return {};
}

Status SqlBodies::erase(const Erased& one, EntryIndex by) {
  if (one.record.transit) KOINON_TRY(drop_transit(one.id));
  if (one.record.hidden) KOINON_TRY(put_hidden(one.id, false));
  if (one.names_files) KOINON_TRY(parts_.attachments.drop_uses(one.id));
  erased_ = true;
  auto update = db_.prepare("UPDATE record SET body = NULL, state = ?, erased_by = ? WHERE id = ?");
  return update.bind(static_cast<std::int64_t>(BodyState::kErased))
      .bind(static_cast<std::int64_t>(by.value))
      .bind(one.id)
      .run();
}

Status SqlBodies::keep_for_grace(const Erased& one, bool ours) {
  const auto& [id, record, names_files] = one;
  if (!parts_.grace.keeps() || !is_kept_for_grace(record.state, !record.body.empty(), record.transit))
    return {};
  if (!ours) {
    KOINON_ASSIGN(const bool room, parts_.grace.has_room(id >> 40, record.body.size()));
    if (!room) return {};
  }
  KOINON_TRY(parts_.grace.put(id, record.body));
  return names_files ? parts_.attachments.hide_uses(id) : Status();
}

Result<std::uint64_t> SqlBodies::put_back(std::int64_t record, BytesView entry, BodyState otherwise) {
  std::optional<Bytes> body;
  if (otherwise == BodyState::kNotHeld) {
    KOINON_ASSIGN(body, parts_.grace.body(record));
  }
  const bool comes_back = body && is_body_of(entry, *body);
  if (comes_back) {
    KOINON_TRY(set_body(record, *body, BodyState::kHeld));
    KOINON_TRY(parts_.attachments.show_uses(record));
    KOINON_ASSIGN(const bool kept, parts_.grace.drop(record));
    return kept ? body->size() : 0;
  }
  // Its files wait for the text, which others may have, as long as the grace time lasts.
  if (otherwise != BodyState::kNotHeld) {
    KOINON_ASSIGN(const bool gone, end_grace_of({{record, 0}}));
    (void)gone;  // it is one
  }
  KOINON_TRY(set_body(record, {}, otherwise));
  return std::uint64_t{0};
}

// Some MiB of them, or one larger one. True: all of these have gone.
Result<bool> SqlBodies::end_grace_of(const std::vector<SqlGrace::Kept>& records) {
  std::uint64_t bytes = 0;
  const std::uint64_t files = parts_.attachments.forgotten_bytes();
  for (const SqlGrace::Kept& one : records) {
    if (bytes + parts_.attachments.forgotten_bytes() - files >= kPieceBytes) return false;
    KOINON_ASSIGN(const bool kept, parts_.grace.drop(one.record));
    if (!kept) continue;
    bytes += one.bytes;
    KOINON_TRY(parts_.attachments.end_hidden(one.record));
  }
  return true;
}

Result<bool> SqlBodies::end_grace() {
  KOINON_ASSIGN(const auto over, parts_.grace.over(kPieceRows));
  KOINON_ASSIGN(const bool gone, end_grace_of(over));
  return gone && std::ssize(over) < kPieceRows;
}

Status SqlBodies::settle_withdrawals(std::int64_t number, const RunCommit& run, bool ours) {
  std::vector<std::int64_t> targets;
  for (const WithdrawalFact& fact : run.withdrawals) {
    if (fact.erase) targets.push_back(record_id(number, fact.target));
  }
  KOINON_ASSIGN(const auto naming, parts_.attachments.naming(targets));
  for (const WithdrawalFact& fact : run.withdrawals) {
    if (!fact.erase) continue;
    Erased one;
    one.id = record_id(number, fact.target);
    one.names_files = naming.contains(one.id);
    KOINON_ASSIGN(one.record, parts_.logs.record_at(number, fact.target));
    if (!takes_away(fact, one.record.entry, one.record.state, one.record.erased_by)) continue;
    KOINON_TRY(keep_for_grace(one, ours));
    KOINON_TRY(erase(one, fact.index));
    KOINON_TRY(parts_.arrivals.write(number, fact.target, 1, ArrivalKind::kErased, run.arrived_at));
    if (!is_own(run)) continue;
    // The digest of our own text has no salt. With it somebody could guess an erased note.
    auto forget = db_.prepare("DELETE FROM own_content WHERE entry_index = ? AND sealed = 0");
    KOINON_TRY(forget.bind(static_cast<std::int64_t>(fact.target.value)).run());
  }
  return {};
}

// Whether that changed anything.
Result<bool> SqlBodies::put_hidden(std::int64_t id, bool hidden) {
  auto put = db_.prepare(hidden ? "INSERT INTO hidden (id) VALUES (?) ON CONFLICT (id) DO NOTHING"
                                : "DELETE FROM hidden WHERE id = ?");
  KOINON_TRY(put.bind(id).run());
  KOINON_ASSIGN(const std::int64_t changed, db_.changes());
  return changed > 0;
}

// Whoever follows the arrivals reads the record again, and finds the body gone or come back.
Status SqlBodies::set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now) {
  KOINON_ASSIGN(const std::int64_t number, parts_.logs.log_number(log));
  KOINON_ASSIGN(const StoredRecord record, parts_.logs.record(log, index));
  if (hidden && !can_be_hidden(record.state, !record.body.empty())) return {};
  KOINON_ASSIGN(const bool changed, put_hidden(record_id(number, index), hidden));
  if (!changed) return {};
  return parts_.arrivals.write(number, index, 1, hidden ? ArrivalKind::kReleased : ArrivalKind::kBody, now);
}

Status SqlBodies::remove_run(std::int64_t begin, std::int64_t end) {
  erased_ = true;
  std::vector<std::int64_t> named;
  {
    auto select = db_.prepare("SELECT DISTINCT record FROM attachment_use WHERE record >= ? AND record < ?");
    select.bind(begin).bind(end);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      named.push_back(select.integer(0));
    }
  }
  for (const std::int64_t id : named) KOINON_TRY(parts_.attachments.drop_uses(id));
  KOINON_ASSIGN(const auto kept, parts_.grace.between(begin, end, end - begin));
  for (const SqlGrace::Kept& one : kept) {
    KOINON_ASSIGN(const bool gone, end_grace_of({one}));
    (void)gone;  // it is one
  }
  for (const char* remove :
       {"DELETE FROM transit WHERE id >= ? AND id < ?", "DELETE FROM hidden WHERE id >= ? AND id < ?",
        "DELETE FROM record WHERE id >= ? AND id < ?"}) {
    auto gone = db_.prepare(remove);
    KOINON_TRY(gone.bind(begin).bind(end).run());
  }
  return {};
}

Status SqlBodies::remove_all(std::int64_t number) {
  erased_ = true;
  auto gone = db_.prepare("INSERT INTO gone (number) VALUES (?)");
  return gone.bind(number).run();
}

// Removes rows of one log. `select` gives their `id` and `bytes` between two ids. It removes up to a number
// of bytes, and returns whether there may be more.
Result<bool> SqlBodies::sweep_rows(std::int64_t number, const char* select, const char* remove) {
  const std::int64_t begin = record_id(number, EntryIndex(0));
  std::int64_t end = begin;
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;
  {
    auto next = db_.prepare(select);
    next.bind(begin).bind(record_id(number + 1, EntryIndex(0))).bind(kPieceRows);
    while (bytes < kPieceBytes) {
      KOINON_ASSIGN(const bool row, next.step());
      if (!row) break;
      end = next.integer(0) + 1;
      bytes += next.number(1);
      ++rows;
    }
  }
  auto gone = db_.prepare(remove);
  KOINON_TRY(gone.bind(begin).bind(end).run());
  erased_ = erased_ || rows > 0;
  return rows == kPieceRows || bytes >= kPieceBytes;
}

Result<bool> SqlBodies::sweep_records(std::int64_t number) {
  return sweep_rows(
      number,
      "SELECT id, length(entry) + coalesce(length(body), 0) FROM record WHERE id >= ? AND id < ? "
      "ORDER BY id LIMIT ?",
      "DELETE FROM record WHERE id >= ? AND id < ?");
}

// Removes the bodies that are held for peers.
Result<bool> SqlBodies::sweep_transit(std::int64_t number) {
  return sweep_rows(number,
                    "SELECT id, length(body) FROM transit WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
                    "DELETE FROM transit WHERE id >= ? AND id < ?");
}

// Removes the bodies that are kept of what was erased.
Result<bool> SqlBodies::sweep_grace(std::int64_t number) {
  KOINON_ASSIGN(const auto kept, parts_.grace.between(record_id(number, EntryIndex(0)),
                                                      record_id(number + 1, EntryIndex(0)), kPieceRows));
  KOINON_ASSIGN(const bool gone, end_grace_of(kept));
  return !gone || std::ssize(kept) == kPieceRows;
}

// True: all that was held under this number has gone.
Result<bool> SqlBodies::sweep_log(std::int64_t number) {
  KOINON_ASSIGN(const bool records, sweep_records(number));
  if (records) return false;
  KOINON_ASSIGN(const bool transit, sweep_transit(number));
  if (transit) return false;
  KOINON_ASSIGN(const bool files, parts_.attachments.drop_some_uses(number, kPieceRows, kPieceBytes));
  if (files) return false;
  KOINON_ASSIGN(const bool kept, sweep_grace(number));
  if (kept) return false;
  auto tiles =
      db_.prepare("DELETE FROM tile WHERE id IN (SELECT id FROM tile WHERE id >= ? AND id < ? LIMIT ?)");
  KOINON_TRY(tiles.bind(number << 36).bind((number + 1) << 36).bind(kPieceRows).run());
  KOINON_ASSIGN(const std::int64_t tiles_gone, db_.changes());
  if (tiles_gone == kPieceRows) return false;
  auto arrivals =
      db_.prepare("DELETE FROM arrival WHERE first IN (SELECT first FROM arrival WHERE log = ? LIMIT ?)");
  KOINON_TRY(arrivals.bind(number).bind(kPieceRows).run());
  KOINON_ASSIGN(const std::int64_t arrivals_gone, db_.changes());
  return arrivals_gone < kPieceRows;
}

Result<bool> SqlBodies::sweep() {
  std::int64_t number = 0;
  {
    auto next = db_.prepare("SELECT number FROM gone LIMIT 1");
    KOINON_ASSIGN(const bool found, next.step());
    if (!found) return true;
    number = next.integer(0);
  }
  KOINON_ASSIGN(const bool swept, sweep_log(number));
  if (!swept) return false;
  auto gone = db_.prepare("DELETE FROM gone WHERE number = ?");
  KOINON_TRY(gone.bind(number).run());
  auto left = db_.prepare("SELECT EXISTS (SELECT 1 FROM gone)");
  KOINON_TRY(left.step());
  return left.integer(0) == 0;
}

}  // namespace koinon
