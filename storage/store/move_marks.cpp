#include "storage/store/move_marks.h"

#include "proto/base/encoding.h"
#include "storage/store/settings.h"

namespace koinon {
namespace {

Result<std::optional<Bytes>> meta_row(sql::Connection& db, std::string_view key) {
  auto select = db.prepare("SELECT value FROM meta WHERE key = ?");
  KOINON_ASSIGN(const bool there, select.bind_text(key).step());
  return there ? std::optional(Bytes(select.blob(0))) : std::nullopt;
}

Status put_row(sql::Connection& db, std::string_view key, BytesView value) {
  auto put = db.prepare(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  return put.bind_text(key).bind_blob(value).run();
}

Status remove_row(sql::Connection& db, std::string_view key) {
  auto remove = db.prepare("DELETE FROM meta WHERE key = ?");
  return remove.bind_text(key).run();
}

}  // namespace

Result<MoveMarks> read_move_marks(sql::Connection& db) {
  MoveMarks out;
  KOINON_ASSIGN(out.moving, meta_row(db, kMoving));
  KOINON_ASSIGN(out.moved_to, meta_row(db, kMovedTo));
  return out;
}

Status check_move_marks(sql::Connection& db) {
  KOINON_ASSIGN(const MoveMarks marks, read_move_marks(db));
  if (marks.moving)
    return fail(Code::kRefused,
                "a move into this store is not done: run the same koinon store move again, or go on with the "
                "store that it comes from",
                "store");
  if (marks.moved_to)
    return fail(
        Code::kRefused,
        "this store was moved to " + *marks.moved_to +
            ", and is old: set store.url in the configuration so that koinond goes on there, or take it "
            "out where that is the data folder (RUNBOOK, \"Moving a store to PostgreSQL and back\")",
        "store");
  return {};
}

Result<std::string> store_name(sql::Connection& db) {
  KOINON_ASSIGN(const auto token, meta_row(db, "instance_token"));
  if (token) return to_hex(*token);
  KOINON_ASSIGN(const auto own, meta_row(db, "own_log"));
  return own ? to_hex(*own) : std::string();
}

Status mark_moving(sql::Connection& db, const std::string& name) {
  return sql::transact(db, true, [&]() -> Status {
    KOINON_TRY(remove_row(db, kMovedTo));
    return put_row(db, kMoving, name);
  });
}

Status mark_moved(sql::Connection& db, const std::string& where) {
  return sql::transact(db, true, [&] { return put_row(db, kMovedTo, where); });
}

Status take_moving_away(sql::Connection& db) {
  return sql::transact(db, true, [&] { return remove_row(db, kMoving); });
}

}  // namespace koinon
