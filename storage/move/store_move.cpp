#include "storage/move/store_move.h"

#include "storage/move/move_check.h"
#include "storage/move/numbers_given.h"
#include "storage/store/move_marks.h"

namespace koinon::move {
namespace {

// Also of a store whose making was cut short, or from which everything was taken away: what counts is that it
// is nobody's.
Result<bool> is_empty(Place& place) {
  auto count = place.store->prepare(
      "SELECT (SELECT count(*) FROM log) + (SELECT count(*) FROM peer) + (SELECT count(*) FROM meta WHERE "
      "key "
      "IN ('instance_token', 'own_log'))");
  KOINON_TRY(count.step());
  if (count.integer(0) > 0) return false;
  if (!place.office) return true;
  auto accounts = place.office->connection().prepare("SELECT count(*) FROM \"user\"");
  KOINON_TRY(accounts.step());
  return accounts.integer(0) == 0;
}

Error another_store() {
  return fail(Code::kConflict,
              "the store of another node is there, or was begun there; name an empty database, or an empty "
              "folder",
              "to");
}

Error is_elsewhere(const std::string& where) {
  return fail(Code::kRefused,
              "this store was moved to " + where +
                  " already, and is old; go on with that one (RUNBOOK, \"Moving a store to PostgreSQL and "
                  "back\")",
              "store");
}

// The target of a move that the source says is at its end.
Result<Standing> standing_of_old(Place& to, const std::string& name, const std::string& where) {
  KOINON_ASSIGN(const MoveMarks there, read_move_marks(*to.store));
  if (there.moving) return *there.moving == name ? Result<Standing>(Standing::kChecked) : another_store();
  KOINON_ASSIGN(const std::string its_name, store_name(*to.store));
  if (its_name == name && !there.moved_to) return Standing::kDone;
  return is_elsewhere(where);
}

Status fold(sql::Connection& db) {
  KOINON_ASSIGN(const bool folded, db.fold());
  return folded ? Status() : fail(Code::kUnavailable, "somebody reads the new store; try again", "to");
}

// A server decides by what it knows of its tables how it answers. It would learn that by itself only after a
// while, and the first start would be slow.
void let_it_learn(Place& place) {
  if (!place.is_server) return;
  for (const Table& table : store_tables()) (void)place.store->execute("ANALYZE " + quoted(table.name));
  for (const Table& table : office_tables())
    (void)place.office->connection().execute("ANALYZE " + quoted(table.name));
}

// All that was copied is on the disk. A durable commit comes after all others of its database; each file is
// one.
Status sync(Place& place, const std::string& name) {
  KOINON_TRY(mark_moving(*place.store, name));
  if (place.is_server) return {};
  KOINON_TRY(fold(place.bodies()));
  return fold(place.office->connection());
}

}  // namespace

Result<Standing> StoreMove::standing() {
  KOINON_ASSIGN(const MoveMarks here, read_move_marks(*from_.store));
  KOINON_ASSIGN(const std::string name, store_name(*from_.store));
  if (here.moving) return check_move_marks(*from_.store).error();
  if (here.moved_to) return standing_of_old(to_, name, *here.moved_to);
  KOINON_ASSIGN(const MoveMarks there, read_move_marks(*to_.store));
  if (there.moving) return *there.moving == name ? Result<Standing>(Standing::kOpen) : another_store();
  // An old copy of this very store, from which it has moved away before, gives way to it.
  KOINON_ASSIGN(const std::string its_name, store_name(*to_.store));
  if (there.moved_to && its_name == name) return Standing::kOpen;
  KOINON_ASSIGN(const bool empty, is_empty(to_));
  return empty ? Result<Standing>(Standing::kOpen) : another_store();
}

Status StoreMove::prepare() {
  KOINON_ASSIGN(const Standing now, standing());
  if (now != Standing::kOpen)
    return fail(Code::kInternal, "the store has moved already, and there is nothing to copy");
  KOINON_ASSIGN(const std::string name, store_name(*from_.store));
  if (name.empty())
    return fail(Code::kRefused, "the store has no name of its own; start koinond once, then move it",
                "store");
  auto sums = from_.store->prepare("SELECT records FROM total");
  KOINON_TRY(sums.step());
  all_ = sums.number(0);
  return mark_moving(*to_.store, name);
}

Status StoreMove::copied(const Copied& more) {
  moved_.rows += more.rows;
  moved_.bytes += more.bytes;
  return may_go_on_({Stage::kCopy, moved_.rows, all_});
}

Status StoreMove::make_room(const Table& table, const Rows& rows) {
  if (table.log_bits == 0 || !to_.make_room) return {};
  std::optional<std::int64_t> last;
  for (const Row& row : rows) {
    const std::int64_t log = row.front().number >> table.log_bits;
    if (last != log) KOINON_TRY(to_.make_room(log));
    last = log;
  }
  return {};
}

Status StoreMove::copy_growing(const Table& table, bool ahead) {
  TableRows from(*from_.store, table, std::string(table.name));
  TableRows to(*to_.store, table, std::string(table.name));
  TableCopy copy(from, to, after_, [&](const Rows& rows) { return make_room(table, rows); });
  return ahead ? copy.ahead() : copy.rest();
}

Status StoreMove::copy_ahead() {
  KOINON_TRY(prepare());
  for (const Table& table : store_tables())
    if (table.grows) KOINON_TRY(copy_growing(table, true));
  return {};
}

Status StoreMove::copy_all_of(const std::vector<Table>& tables, sql::Connection& from, sql::Connection& to) {
  for (const Table& table : tables) {
    if (table.grows) continue;
    TableRows source(from, table, quoted(table.name));
    TableRows target(to, table, quoted(table.name));
    KOINON_TRY(TableCopy(source, target, after_).whole());
    if (table.numbered) KOINON_TRY(carry_numbers(table, {from, from_.is_server}, {to, to_.is_server}));
  }
  return {};
}

Status StoreMove::copy_bodies() {
  TableRows from(from_.bodies(), grace_table(), from_.grace_name);
  TableRows to(to_.bodies(), grace_table(), to_.grace_name);
  return TableCopy(from, to, after_).whole();
}

// Triggers add up, in the rows of `total` and `log`, what comes into other tables. Those rows come last, as
// they are; until then they are not there, so that nothing is added up a row at a time.
Status StoreMove::copy() {
  KOINON_TRY(prepare());
  KOINON_TRY(sql::transact(*to_.store, false, [&]() -> Status {
    KOINON_TRY(to_.store->prepare("DELETE FROM total").run());
    return to_.store->prepare("DELETE FROM log").run();
  }));
  for (const Table& table : store_tables())
    if (table.grows) KOINON_TRY(copy_growing(table, false));
  // Before the store says of them that they are kept.
  KOINON_TRY(copy_bodies());
  KOINON_TRY(copy_all_of(store_tables(), *from_.store, *to_.store));
  return copy_all_of(office_tables(), from_.office->connection(), to_.office->connection());
}

Status StoreMove::check(bool all) {
  MoveCheck check(from_, to_, may_go_on_);
  KOINON_TRY(check.run(all));
  moved_.logs = check.logs();
  moved_.records = check.records();
  return {};
}

Status StoreMove::finish(const std::string& where, const std::function<Status()>& may_switch) {
  KOINON_ASSIGN(const std::string name, store_name(*from_.store));
  let_it_learn(to_);
  KOINON_TRY(sync(to_, name));
  KOINON_TRY(may_switch());
  KOINON_TRY(mark_moved(*from_.store, where));
  KOINON_TRY(take_moving_away(*to_.store));
  // Rows that were replaced may have had texts that are erased by now. Who reads now is asked again by
  // koinond.
  (void)to_.store->fold();
  return {};
}

}  // namespace koinon::move
