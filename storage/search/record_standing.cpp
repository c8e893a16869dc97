#include "storage/search/record_standing.h"

#include <set>
#include <string>

#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kRestated = 200;  // records whose standing one record may change

}  // namespace

Status RecordStanding::settle(StoreReader& store, const LogId& log, const Indexed& record,
                              const v1::Entry& entry) {
  // Later entries of a log come later. So nothing refers to a new record yet.
  if (!record.is_new || record.is_erased) KOINON_TRY(restate(store, log, record.id));
  // It changes the standing of the records that it revises or withdraws.
  if (entry.refs_size() > 0 || entry.has_control()) {
    KOINON_ASSIGN(const auto older, targets(record.id));
    for (const std::int64_t target : older) KOINON_TRY(restate(store, log, target));
  }
  return entry.kind() == v1::KIND_PROFILE ? cities_.settle(store, log) : Status();
}

Result<std::vector<std::int64_t>> RecordStanding::targets(std::int64_t id) {
  auto select = db_.prepare(
      "SELECT t.id FROM doc d JOIN link k ON k.doc = d.id JOIN doc t ON t.log_id = k.log_id AND "
      "t.entry_index = k.entry_index AND t.leaf = k.leaf WHERE d.id = ? AND k.own = 1 AND k.role IN (2, 8) "
      "AND "
      "t.entry_index < d.entry_index");
  select.bind(id);
  std::vector<std::int64_t> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(select.integer(0));
  }
}

// The result is the same in whatever order they arrived.
Status RecordStanding::restate(StoreReader& store, const LogId& log, std::int64_t id) {
  std::vector<std::int64_t> open{id};
  std::set<std::int64_t> seen;
  while (!open.empty() && seen.size() < kRestated) {
    const std::int64_t doc = open.back();
    open.pop_back();
    if (!seen.insert(doc).second) continue;
    KOINON_ASSIGN(const bool changed, restate_one(store, log, doc));
    if (!changed) continue;
    KOINON_ASSIGN(const auto older, targets(doc));
    open.insert(open.end(), older.begin(), older.end());
  }
  return {};
}

// The newest version by its own city that still stands. The index skips versions that were withdrawn and
// records of another kind: there may be any number of them.
Result<std::optional<std::int64_t>> RecordStanding::newer_version(std::int64_t id) {
  auto newer = db_.prepare(
      "SELECT r.entry_index FROM doc d CROSS JOIN link k INDEXED BY newer_version ON k.log_id = d.log_id AND "
      "k.entry_index = d.entry_index AND k.leaf = d.leaf AND k.kind = d.kind AND k.own = 1 AND k.role = 2 "
      "AND "
      "k.stands = 1 CROSS JOIN doc r ON r.id = k.doc WHERE d.id = ? ORDER BY k.doc DESC LIMIT 1");
  newer.bind(id);
  KOINON_ASSIGN(const bool found, newer.step());
  return found ? std::optional(newer.integer(0)) : std::nullopt;
}

// Within a log, what was indexed first stands first.
Result<std::optional<std::int64_t>> RecordStanding::withdrawn_by(std::int64_t id, bool erases) {
  auto first = db_.prepare(
      "SELECT r.entry_index FROM doc d CROSS JOIN link k INDEXED BY withdrawal ON k.log_id = d.log_id AND "
      "k.entry_index = d.entry_index AND k.leaf = d.leaf AND k.erases = ?1 AND k.own = 1 AND k.role = 8 "
      "CROSS JOIN doc r ON r.id "
      "= k.doc WHERE d.id = ?2 ORDER BY k.doc LIMIT 1");
  first.bind(erases ? 1 : 0).bind(id);
  KOINON_ASSIGN(const bool found, first.step());
  return found ? std::optional(first.integer(0)) : std::nullopt;
}

Result<bool> RecordStanding::restate_one(StoreReader& store, const LogId& log, std::int64_t id) {
  Standing is;
  KOINON_ASSIGN(const auto newer, newer_version(id));
  if (newer) is = {RecordStatus::kSuperseded, *newer, true};
  KOINON_ASSIGN(const auto facts, facts_of(id));
  if (!facts) return false;
  KOINON_ASSIGN(const auto erased_by, withdrawn_by(id, true));
  KOINON_ASSIGN(const auto taken_back_by, withdrawn_by(id, false));
  if (taken_back_by) is = {RecordStatus::kWithdrawn, *taken_back_by, is.superseded};
  if (erased_by || facts->erased) is = {RecordStatus::kErased, erased_by.value_or(-1), is.superseded};
  KOINON_ASSIGN(const bool changed, put_status(id, is));
  if (!changed) return false;
  const bool stands =
      is_note(static_cast<v1::Kind>(facts->kind)) && is.status == RecordStatus::kCurrent && facts->has_text;
  KOINON_TRY(topics_.set_standing(id, facts->arrival, facts->topics, stands));
  if (facts->was_gone != is_gone(is.status)) KOINON_TRY(count_references(id, facts->was_gone ? 1 : -1));
  if (facts->kind == v1::KIND_PROFILE) KOINON_TRY(cities_.settle(store, log));
  return true;
}

Result<std::optional<RecordStanding::Facts>> RecordStanding::facts_of(std::int64_t id) {
  auto select = db_.prepare("SELECT kind, arrival, topics, length, status, erased FROM doc WHERE id = ?");
  select.bind(id);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<Facts>();
  return std::optional(Facts{select.integer(0), select.integer(1), select.text(2), select.integer(3) > 0,
                             is_gone(static_cast<RecordStatus>(select.integer(4))), select.integer(5) != 0});
}

Result<bool> RecordStanding::put_status(std::int64_t id, const Standing& is) {
  const std::int64_t stands = !is_gone(is.status) || is.superseded ? 1 : 0;
  KOINON_ASSIGN(const std::int64_t change, changes_.next());
  auto update = db_.prepare(
      "UPDATE doc SET status = ?1, status_by = ?2, stands = ?3, change = ?4 WHERE id = ?5 AND (status <> "
      "?1 "
      "OR status_by <> ?2 OR stands <> ?3)");
  KOINON_TRY(
      update.bind(static_cast<std::int64_t>(is.status)).bind(is.by).bind(stands).bind(change).bind(id).run());
  return db_.changes() > 0;
}

// A withdrawn record no longer counts as a reference to anything.
Status RecordStanding::count_references(std::int64_t id, std::int64_t more) {
  auto select = db_.prepare("SELECT log_id, entry_index, leaf FROM link WHERE doc = ?");
  select.bind(id);
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    auto update = db_.prepare(
        "UPDATE referred SET count = count + ? WHERE log_id = ? AND entry_index = ? AND leaf = ?");
    KOINON_TRY(
        update.bind(more).bind_blob(select.blob(0)).bind(select.integer(1)).bind_blob(select.blob(2)).run());
  }
}

}  // namespace koinon
