#include "storage/office/desk.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr std::string_view kDraftColumns =
    "SELECT id, \"user\", version, updated_at_ms, note, meant FROM draft ";
constexpr std::string_view kHeldColumns =
    "SELECT id, \"user\", who, made_at_ms, due_at_ms, state, outcome, request, approved_by, hold_ms, fault, "
    "salt, "
    "kept, hides, meant FROM held ";

StoredDraft read_draft(const sql::Statement& row) {
  return {{row.integer(0)}, {row.integer(1)}, row.integer(2),
          {row.integer(3)}, row.text(4),      Bytes(row.blob(5))};
}

HeldNote read_held(const sql::Statement& row) {
  return {{row.integer(0)},
          {row.integer(1)},
          row.text(2),
          {row.integer(3)},
          {row.integer(4)},
          static_cast<HeldState>(row.integer(5)),
          row.text(6),
          row.text(7),
          row.text(8),
          row.integer(9) < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(row.integer(9))),
          row.text(10),
          Bytes(row.blob(11)),
          row.integer(12) != 0,
          row.integer(13) < 0 ? std::nullopt : std::optional(EntryIndex(row.number(13))),
          Bytes(row.blob(14))};
}

std::size_t draft_bytes(const StoredDraft& draft) { return draft.note.size(); }
std::size_t held_bytes(const HeldNote& note) { return note.request.size(); }

Error changed_since() {
  return fail(Code::kConflict,
              Sentence{"draft.changed", "the draft has been changed by somebody else since; read it again"},
              "If-Match");
}

}  // namespace

Result<DraftId> Desk::add_draft(UserId user, const std::string& note, UnixMillis now, const Bytes& meant) {
  auto insert = db_.connection().prepare(
      "INSERT INTO draft (\"user\", version, updated_at_ms, note, meant) VALUES (?, 1, ?, ?, ?) RETURNING "
      "id");
  KOINON_ASSIGN(const std::int64_t id,
                added_id(insert.bind(user.value).bind(now.value).bind_text(note).bind_blob(meant)));
  return DraftId{id};
}

Status Desk::change_draft(DraftId id, std::int64_t version, const std::string& note, UnixMillis now,
                          const Bytes& meant) {
  auto update = db_.connection().prepare(
      "UPDATE draft SET version = version + 1, updated_at_ms = ?, note = ?, meant = ? WHERE id = ? AND "
      "version = ?");
  KOINON_TRY(update.bind(now.value).bind_text(note).bind_blob(meant).bind(id.value).bind(version).run());
  KOINON_ASSIGN(const std::int64_t changed, db_.connection().changes());
  return changed == 0 ? Status(changed_since()) : Status();
}

Status Desk::remove_draft(DraftId id, std::optional<std::int64_t> version) {
  KOINON_ASSIGN(const bool removed, remove_version(db_.connection(), "draft", id.value, version));
  return removed ? Status() : Status(changed_since());
}

Result<std::optional<StoredDraft>> Desk::draft(DraftId id) {
  auto select = db_.connection().prepare(std::string(kDraftColumns) + "WHERE id = ?");
  select.bind(id.value);
  return read_one(select, read_draft);
}

Result<DeskPage<StoredDraft>> Desk::drafts(std::optional<UserId> user, std::size_t limit,
                                           const std::optional<DraftPlace>& after) {
  auto select = db_.connection().walk(std::string(kDraftColumns) + "WHERE (updated_at_ms, id) < (?, ?) " +
                                      (user ? "AND \"user\" = ? " : "") +
                                      "ORDER BY updated_at_ms DESC, id DESC LIMIT ?");
  bind_after(select, after);
  if (user) select.bind(user->value);
  select.bind(static_cast<std::int64_t>(limit) + 1);
  return read_page(select, read_draft, draft_bytes, limit);
}

Result<std::vector<DraftId>> Desk::drafts_with(std::optional<UserId> user, std::string_view text) {
  auto select = db_.connection().walk(std::string(kDraftColumns) + (user ? "WHERE \"user\" = ? " : "") +
                                      "ORDER BY updated_at_ms DESC, id DESC LIMIT ?");
  if (user) select.bind(user->value);
  select.bind(static_cast<std::int64_t>(limits::kDrafts));
  std::vector<DraftId> out;
  std::size_t searched = 0;
  while (searched < limits::kDraftsSearched) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    const StoredDraft draft = read_draft(select);
    searched += draft.note.size();
    if (draft.note.find(text) != std::string::npos) out.push_back(draft.id);
  }
  return out;
}

Result<std::size_t> Desk::count_drafts(UserId user) {
  auto select = db_.connection().prepare("SELECT count(*) FROM draft WHERE \"user\" = ?");  // at most kDrafts
  select.bind(user.value);
  KOINON_TRY(select.step());
  return static_cast<std::size_t>(select.integer(0));
}

namespace {

// Whatever has the form of one: a file that is kept a day too long harms nobody.
void take_digests(std::string_view text, std::set<std::string>& out) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  while (!text.empty()) {
    const auto size = std::min(text.find_first_not_of(kDigits), text.size());
    if (size == 2 * Hash::kSize) out.insert(ascii_lower(text.substr(0, size)));
    text.remove_prefix(size);
    text.remove_prefix(std::min(text.find_first_of(kDigits), text.size()));
  }
}

}  // namespace

Result<std::vector<Hash>> Desk::files_named() {
  auto select = db_.connection().walk(
      "SELECT note FROM draft UNION ALL SELECT request FROM held WHERE state IN (1, 2, 6, 7)");
  std::set<std::string> digests;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    take_digests(select.text(0), digests);
  }
  std::vector<Hash> out;
  for (const std::string& digest : digests) {
    KOINON_ASSIGN(const Bytes bytes, from_hex(digest));
    out.push_back(Hash::from(bytes));
  }
  return out;
}

// A change of held notes also changes how many wait, of all and of their account (the schema's triggers). So
// each waits for its turn.
Result<HeldId> Desk::hold(const HeldNote& note) {
  return db_.transact([&]() -> Result<HeldId> {
    auto insert = db_.connection().prepare(
        "INSERT INTO held (\"user\", who, made_at_ms, due_at_ms, state, outcome, request, hold_ms, salt, "
        "kept, "
        "hides, meant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
    insert.bind(note.user.value)
        .bind_text(note.who)
        .bind(note.made_at.value)
        .bind(note.due_at.value)
        .bind(static_cast<std::int64_t>(note.state))
        .bind_text(note.outcome)
        .bind_text(note.request)
        .bind(note.hold ? note.hold->count() : -1)
        .bind_blob(note.salt)
        .bind(note.kept ? 1 : 0)
        .bind(note.hides ? number(*note.hides) : -1)
        .bind_blob(note.meant);
    KOINON_ASSIGN(const std::int64_t id, added_id(insert));
    return HeldId{id};
  });
}

Result<std::optional<HeldNote>> Desk::held(HeldId id) {
  auto select = db_.connection().prepare(std::string(kHeldColumns) + "WHERE id = ?");
  select.bind(id.value);
  return read_one(select, read_held);
}

Result<DeskPage<HeldNote>> Desk::held_of(std::optional<UserId> user, std::int64_t before, std::size_t limit) {
  auto select = db_.connection().walk(std::string(kHeldColumns) + "WHERE id < ? " +
                                      (user ? "AND \"user\" = ? " : "") + "ORDER BY id DESC LIMIT ?");
  select.bind(before > 0 ? before : INT64_MAX);
  if (user) select.bind(user->value);
  select.bind(static_cast<std::int64_t>(limit) + 1);
  return read_page(select, read_held, held_bytes, limit);
}

Result<std::size_t> Desk::count_waiting(std::optional<UserId> user) {
  auto select =
      db_.connection().prepare(user ? "SELECT coalesce((SELECT count FROM waiting WHERE \"user\" = ?), 0)"
                                    : "SELECT value FROM setting WHERE key = 'held_waiting'");
  if (user) select.bind(user->value);
  KOINON_TRY(select.step());
  return static_cast<std::size_t>(select.integer(0));
}

Result<bool> Desk::has_kept() {
  auto select = db_.connection().prepare(
      "SELECT EXISTS (SELECT 1 FROM held INDEXED BY held_kept WHERE kept = 1 AND state IN (1, 6))");
  KOINON_TRY(select.step());
  return select.integer(0) != 0;
}

Status Desk::keep_due(UnixMillis now) {
  auto update = db_.connection().prepare(
      "UPDATE held INDEXED BY held_to_keep SET kept = 1 WHERE state = 1 AND kept = 0 AND due_at_ms <= ?");
  KOINON_TRY(db_.run_in_turn(update.bind(now.value)));
  return {};
}

Result<std::vector<EntryIndex>> Desk::hides() {
  auto select = db_.connection().prepare(
      "SELECT DISTINCT hides FROM held INDEXED BY held_hides WHERE hides >= 0 AND kept = 1 AND state IN (1, "
      "2, 6, 7) ORDER BY "
      "hides");
  std::vector<EntryIndex> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.emplace_back(select.number(0));
  }
}

Result<std::vector<HeldNote>> Desk::due(UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(std::string(kHeldColumns) +
                                         "WHERE state = 1 AND due_at_ms <= ? ORDER BY due_at_ms, id LIMIT ?");
  select.bind(now.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_held);
}

Result<std::optional<UnixMillis>> Desk::next_due() {
  auto select = db_.connection().prepare("SELECT min(due_at_ms) FROM held WHERE state = 1");
  KOINON_TRY(select.step());
  return select.is_null(0) ? std::nullopt : std::optional(UnixMillis{select.integer(0)});
}

namespace {

Error no_longer_waits() {
  return fail(
      Code::kConflict,
      Sentence{"held.settled", "it no longer waits: it is being signed, has been signed, or was taken back"},
      "id");
}

bool is_settled(HeldState state) {
  return state == HeldState::kSigned || state == HeldState::kCancelled || state == HeldState::kFailed;
}

}  // namespace

Status Desk::approve(HeldId id, const std::string& by, UnixMillis now) {
  auto update = db_.connection().prepare(
      "UPDATE held SET state = 1, approved_by = ?1, due_at_ms = CASE WHEN due_at_ms < ?2 OR (state IN (2, 7) "
      "AND hold_ms < 0) THEN due_at_ms ELSE ?2 END WHERE id = ?3 AND state IN (1, 2, 7)");
  KOINON_ASSIGN(const std::int64_t approved,
                db_.run_in_turn(update.bind_text(by).bind(now.value).bind(id.value)));
  return approved == 0 ? Status(no_longer_waits()) : Status();
}

Status Desk::correct_times(UnixMillis now) {
  auto update = db_.connection().prepare(
      "UPDATE held INDEXED BY held_by_making SET made_at_ms = ?1, due_at_ms = CASE WHEN approved_by = '' "
      "THEN ?1 + hold_ms ELSE ?1 END WHERE hold_ms >= 0 AND state IN (1, 2) AND made_at_ms > ?1");
  KOINON_TRY(db_.run_in_turn(update.bind(now.value)));
  return {};
}

Status Desk::settle(HeldId id, HeldState from, HeldState to, const std::string& outcome, UnixMillis now,
                    const std::string& fault) {
  const bool settled = is_settled(to);
  // A settled note keeps no text here, and no salt: with it somebody could guess a text that was erased. A
  // signed note is in the log, where it can be erased. A note that was not signed is given back to its
  // writer.
  auto update = db_.connection().prepare(
      std::string("UPDATE held SET state = ?, outcome = ?, fault = ?, settled_at_ms = ?") +
      (settled ? ", request = '{}', salt = ?" : "") + " WHERE id = ? AND state = ?");
  update.bind(static_cast<std::int64_t>(to))
      .bind_text(outcome)
      .bind_text(fault)
      .bind(settled ? std::max<std::int64_t>(now.value, 1) : 0);
  if (settled) update.bind_blob({});
  KOINON_ASSIGN(const std::int64_t changed,
                db_.run_in_turn(update.bind(id.value).bind(static_cast<std::int64_t>(from))));
  return changed == 0 ? Status(no_longer_waits()) : Status();
}

Status Desk::unclaim_all() {
  auto update = db_.connection().prepare("UPDATE held SET state = 1 WHERE state = 6");
  KOINON_TRY(db_.run_in_turn(update));
  return {};
}

Status Desk::forget_settled(UnixMillis before, std::size_t most) {
  auto remove = db_.connection().prepare(
      "DELETE FROM held WHERE id IN (SELECT id FROM held WHERE settled_at_ms > 0 AND settled_at_ms < ? LIMIT "
      "?)");
  KOINON_TRY(db_.run_in_turn(remove.bind(before.value).bind(static_cast<std::int64_t>(most))));
  return {};
}

Result<InboxCase> Desk::inbox_case(const LogId& log, EntryIndex index) {
  auto select = db_.connection().prepare(
      "SELECT state, assignee, remark, updated_at_ms FROM inbox WHERE log_id = ? AND entry_index = ?");
  select.bind_blob(log.view()).bind(number(index));
  KOINON_ASSIGN(const bool found, select.step());
  InboxCase out{log, index, CaseState::kNew, {}, {}, {}};
  if (!found) return out;
  out.state = static_cast<CaseState>(select.integer(0));
  out.assignee = select.text(1);
  out.remark = select.text(2);
  out.updated_at = {select.integer(3)};
  return out;
}

Result<InboxCase> Desk::change_case(const LogId& log, EntryIndex index,
                                    const std::function<Status(InboxCase&)>& edit) {
  return db_.transact([&]() -> Result<InboxCase> {
    KOINON_ASSIGN(InboxCase item, inbox_case(log, index));
    KOINON_TRY(edit(item));
    KOINON_TRY(put_case(item));
    return item;
  });
}

Status Desk::put_case(const InboxCase& item) {
  auto put = db_.connection().prepare(
      "INSERT INTO inbox (log_id, entry_index, state, assignee, remark, updated_at_ms) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (log_id, entry_index) DO UPDATE SET state = excluded.state, "
      "assignee = excluded.assignee, remark = excluded.remark, updated_at_ms = excluded.updated_at_ms");
  return put.bind_blob(item.log.view())
      .bind(number(item.index))
      .bind(static_cast<std::int64_t>(item.state))
      .bind_text(item.assignee)
      .bind_text(item.remark)
      .bind(item.updated_at.value)
      .run();
}

Result<std::vector<WatchItem>> Desk::watched(UserId user, std::size_t limit,
                                             const std::optional<WatchItem>& after) {
  auto select = db_.connection().prepare(
      "SELECT log_id, entry_index, remark, added_at_ms FROM watch WHERE \"user\" = ? "
      "AND (added_at_ms, log_id, entry_index) < (?, ?, ?) "
      "ORDER BY added_at_ms DESC, log_id DESC, entry_index DESC LIMIT ?");  // at most kWatched are sorted
  select.bind(user.value)
      .bind(after ? after->added_at.value : INT64_MAX)
      .bind_blob(after ? after->log.view() : BytesView())
      .bind(after ? number(after->index) : 0)
      .bind(static_cast<std::int64_t>(limit));
  std::vector<WatchItem> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() != LogId::kSize) continue;
    out.push_back(
        {LogId::from(select.blob(0)), EntryIndex(select.number(1)), select.text(2), {select.integer(3)}});
  }
}

Result<std::size_t> Desk::count_watched(UserId user) {
  auto select =
      db_.connection().prepare("SELECT count(*) FROM watch WHERE \"user\" = ?");  // at most kWatched
  select.bind(user.value);
  KOINON_TRY(select.step());
  return static_cast<std::size_t>(select.integer(0));
}

Result<bool> Desk::is_watched(UserId user, const LogId& log, EntryIndex index) {
  auto select =
      db_.connection().prepare("SELECT 1 FROM watch WHERE \"user\" = ? AND log_id = ? AND entry_index = ?");
  select.bind(user.value).bind_blob(log.view()).bind(number(index));
  return select.step();
}

Status Desk::watch(UserId user, const WatchItem& item) {
  auto put = db_.connection().prepare(
      "INSERT INTO watch (\"user\", log_id, entry_index, remark, added_at_ms) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (\"user\", log_id, entry_index) DO UPDATE SET remark = excluded.remark, "
      "added_at_ms = excluded.added_at_ms");
  return put.bind(user.value)
      .bind_blob(item.log.view())
      .bind(number(item.index))
      .bind_text(item.remark)
      .bind(item.added_at.value)
      .run();
}

Status Desk::unwatch(UserId user, const LogId& log, EntryIndex index) {
  auto remove =
      db_.connection().prepare("DELETE FROM watch WHERE \"user\" = ? AND log_id = ? AND entry_index = ?");
  KOINON_TRY(remove.bind(user.value).bind_blob(log.view()).bind(number(index)).run());
  KOINON_ASSIGN(const std::int64_t removed, db_.connection().changes());
  if (removed == 0)
    return fail(Code::kNotFound, Sentence{"watchlist.unknown", "it is not on the watchlist"}, "ref");
  return {};
}

}  // namespace koinon
