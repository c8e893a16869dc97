#include "storage/office/after_rollback.h"

#include <algorithm>
#include <string>

#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr const char* kSetAsideAt = "set_aside_at_ms";
constexpr const char* kMadeAnew = "made_anew";  // until its node has started once

Error set_aside_because() {
  return fail(Code::kRefused, Sentence{"send.set_aside",
                                       "the node was put back to an earlier state; it may have been sent "
                                       "already"});
}

// How many rows it changed.
Result<std::size_t> run(sql::Connection& db, sql::Statement& statement) {
  KOINON_TRY(statement.run());
  KOINON_ASSIGN(const std::int64_t changed, db.changes());
  return static_cast<std::size_t>(changed);
}

// Messages that wait are given up. How many.
Result<std::size_t> give_up(sql::Connection& db, UnixMillis at) {
  const Error why = set_aside_because();
  const std::string fault = "{\"id\":\"" + why.id + "\"}";
  auto deliveries = db.prepare(
      "UPDATE delivery SET state = 3, attempts = 0, next_at_ms = ?, outcome = ?, fault = ?, payload = '' "
      "WHERE state = 1");
  deliveries.bind(at.value).bind_text(why.message).bind_text(fault);
  KOINON_ASSIGN(const std::size_t delivered, run(db, deliveries));
  auto mails = db.prepare(
      "UPDATE mail SET state = 3, attempts = 0, next_at_ms = ?, outcome = ?, fault = ?, message = ?, "
      "about = '' WHERE state = 1");
  mails.bind(at.value).bind_text(why.message).bind_text(fault).bind_blob({});
  KOINON_ASSIGN(const std::size_t mailed, run(db, mails));
  return delivered + mailed;
}

Status start_at(sql::Connection& db, UnixMillis proven_at, ArrivalSeq newest) {
  const auto place = static_cast<std::int64_t>(newest.value);
  auto webhooks = db.prepare("UPDATE webhook SET cursor = ?, began_anew_ms = ?");
  KOINON_TRY(webhooks.bind(place).bind(proven_at.value).run());
  auto digests = db.prepare("UPDATE digest SET cursor = ?");
  KOINON_TRY(digests.bind(place).run());
  KOINON_TRY(db.execute("UPDATE mail_pace SET held = 0, held_from = 0"));
  KOINON_TRY(db.execute("DELETE FROM addressed"));
  auto at_once = db.prepare("UPDATE setting SET value = ? WHERE key = 'mail_at_once_cursor'");
  return at_once.bind(place).run();
}

// Whether it was set.
Result<bool> forget_made_anew(sql::Connection& db) {
  auto remove = db.prepare("DELETE FROM setting WHERE key = ?");
  KOINON_ASSIGN(const std::size_t removed, run(db, remove.bind_text(kMadeAnew)));
  return removed > 0;
}

Result<SetAside> set_all_aside(sql::Connection& db, UnixMillis proven_at) {
  SetAside out;
  // State 1 waits, 2 is for a reviewer, 6 is being signed, 7 is set aside. Whoever approved it approved the
  // copy that is gone.
  auto notes = db.prepare("UPDATE held SET state = 7, approved_by = '' WHERE state IN (1, 2, 6)");
  KOINON_ASSIGN(out.notes, run(db, notes));
  KOINON_ASSIGN(out.messages, give_up(db, proven_at));
  // Kind 1 is a session, 2 a token, 3 a feed address, 4 a one-time link. With 5 people unsubscribe: that
  // does no harm.
  KOINON_TRY(db.execute("DELETE FROM credential WHERE kind = 1"));
  auto pause =
      db.prepare("UPDATE credential SET paused_at_ms = ? WHERE kind IN (2, 3, 4, 6) AND paused_at_ms = 0");
  KOINON_ASSIGN(out.credentials, run(db, pause.bind(std::max<std::int64_t>(proven_at.value, 1))));
  return out;
}

}  // namespace

Result<std::optional<UnixMillis>> set_aside_at(OfficeDb& db) {
  auto select = db.connection().prepare("SELECT value FROM setting WHERE key = ?");
  select.bind_text(kSetAsideAt);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional(UnixMillis{select.integer(0)}) : std::nullopt;
}

Result<Waits> waits_for_look(OfficeDb& db) {
  auto select = db.connection().prepare(
      "SELECT (SELECT count(*) FROM held WHERE state = 7), (SELECT count(*) FROM credential WHERE "
      "paused_at_ms > 0)");  // both are found by an index
  KOINON_TRY(select.step());
  return Waits{select.number(0), select.number(1)};
}

Status note_made_anew(OfficeDb& db) { return put_setting(db.connection(), kMadeAnew, 1); }

Status note_in_use(OfficeDb& db) {
  const auto done = forget_made_anew(db.connection());
  return done.ok() ? Status() : Status(done.error());
}

Result<SetAside> set_aside_after(OfficeDb& db, UnixMillis proven_at, ArrivalSeq newest) {
  return db.transact([&]() -> Result<SetAside> {
    SetAside out;
    KOINON_ASSIGN(const auto before, set_aside_at(db));
    out.done_before = before == proven_at;
    if (out.done_before) return out;
    auto& connection = db.connection();
    KOINON_ASSIGN(const bool made_anew, forget_made_anew(connection));
    if (!made_anew) {
      KOINON_ASSIGN(out, set_all_aside(connection, proven_at));
    }
    KOINON_TRY(start_at(connection, proven_at, newest));
    KOINON_TRY(put_setting(connection, kSetAsideAt, proven_at.value));
    return out;
  });
}

}  // namespace koinon
