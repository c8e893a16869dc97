#include "storage/office/after_rollback.h"

#include <string>

namespace koinon {
namespace {

constexpr const char* kSetAsideAt = "set_aside_at_ms";
constexpr const char* kMadeAnew = "made_anew";  // until its node has started once

Error set_aside_because() {
  return fail(Code::kRefused, Sentence{"send.set_aside",
                                       "the node was put back to an earlier state; it may have been sent "
                                       "already"});
}

// Runs a statement whose parameters are ?1 and ?2, and returns how many rows it changed.
Result<std::size_t> run(sqlite::Connection& db, const char* sql, std::int64_t first, std::int64_t second) {
  auto statement = db.prepare(sql);
  KOINON_TRY(statement.bind(first).bind(second).run());
  return static_cast<std::size_t>(db.changes());
}

Result<std::size_t> give_up(sqlite::Connection& db, const char* sql, UnixMillis at) {
  auto update = db.prepare(sql);
  const Error why = set_aside_because();
  const std::string fault = "{\"id\":\"" + why.id + "\"}";
  KOINON_TRY(update.bind(at.value).bind_text(why.message).bind_text(fault).run());
  return static_cast<std::size_t>(db.changes());
}

Status start_at(sqlite::Connection& db, UnixMillis proven_at, ArrivalSeq newest) {
  const auto place = static_cast<std::int64_t>(newest.value);
  KOINON_TRY(run(db, "UPDATE webhook SET cursor = ?2, began_anew_ms = ?1", proven_at.value, place));
  auto digests = db.prepare("UPDATE digest SET cursor = ?");
  KOINON_TRY(digests.bind(place).run());
  KOINON_TRY(db.execute("UPDATE mail_pace SET held = 0, held_from = 0"));
  KOINON_TRY(db.execute("DELETE FROM addressed"));
  auto at_once = db.prepare("UPDATE setting SET value = ? WHERE key = 'mail_at_once_cursor'");
  return at_once.bind(place).run();
}

// Whether it was set.
Result<bool> forget_made_anew(sqlite::Connection& db) {
  auto remove = db.prepare("DELETE FROM setting WHERE key = ?");
  KOINON_TRY(remove.bind_text(kMadeAnew).run());
  return db.changes() > 0;
}

Result<SetAside> set_all_aside(sqlite::Connection& db, UnixMillis proven_at) {
  SetAside out;
  // State 1 waits, 2 is for a reviewer, 6 is being signed, 7 is set aside. Whoever approved it approved the
  // copy that is gone.
  KOINON_TRY(db.execute("UPDATE held SET state = 7, approved_by = '' WHERE state IN (1, 2, 6)"));
  out.notes = static_cast<std::size_t>(db.changes());
  KOINON_ASSIGN(const std::size_t deliveries,
                give_up(db,
                        "UPDATE delivery SET state = 3, attempts = 0, next_at_ms = ?1, outcome = ?2, fault = "
                        "?3, payload = '' WHERE state = 1",
                        proven_at));
  KOINON_ASSIGN(const std::size_t mails,
                give_up(db,
                        "UPDATE mail SET state = 3, attempts = 0, next_at_ms = ?1, outcome = ?2, fault = ?3, "
                        "message = x'', about = '' WHERE state = 1",
                        proven_at));
  out.messages = deliveries + mails;
  // Kind 1 is a session, 2 a token, 3 a feed address, 4 a one-time link. With 5 people unsubscribe: that
  // does no harm.
  KOINON_TRY(db.execute("DELETE FROM credential WHERE kind = 1"));
  KOINON_ASSIGN(out.credentials,
                run(db,
                    "UPDATE credential SET paused_at_ms = max(?1, ?2) WHERE kind IN (2, 3, 4, 6) AND "
                    "paused_at_ms = 0",
                    proven_at.value, 1));
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

Status note_made_anew(OfficeDb& db) {
  auto put = db.connection().prepare("INSERT OR REPLACE INTO setting (key, value) VALUES (?, 1)");
  return put.bind_text(kMadeAnew).run();
}

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
    auto put = connection.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)");
    KOINON_TRY(put.bind_text(kSetAsideAt).bind(proven_at.value).run());
    return out;
  });
}

}  // namespace koinon
