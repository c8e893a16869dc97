// A node's store and office move from one database to another: from files (SQLite) to a server (PostgreSQL),
// and back. The same code does both, row by row: both have the same tables.
//
// Reading goes on for as long as it can. The greater part, what logs hold, may be copied ahead while koinond
// runs, reads and writes. Then koinond is stopped; what was copied is compared with the source as it stands
// now, and what differs is copied again, as is all else. So koinond is away for about as long as it takes to
// read both sides once, and the source need not tell what changed in it: nothing is added to each of its
// writes for a move that comes once in its life. (A koinond that kept serving meanwhile would need a mode in
// which it reads and never writes. The lock of the data folder, or the lease of the server, is what makes
// sure that nobody writes: it is held by whoever moves.)
//
// Cut short at any moment, the same move goes on from its last commit. The source is only read until all has
// been compared. Then come two steps, in this order: the source says that it has moved (nobody opens it any
// more), and the target says no longer that it is being filled. Between the two nobody opens either, and the
// next run takes the second step. At no moment both are open, so the log cannot fork.
//
// What the store says of its last head, journal row and epoch stays the same. So the mark of what was signed
// last (DESIGN 4) agrees with it where it is now, and the next start signs at once.
#pragma once

#include <functional>

#include "storage/move/place.h"
#include "storage/move/table_copy.h"

namespace koinon::move {

enum class Stage : unsigned char { kCopy, kCheck };

struct Step {
  Stage stage = Stage::kCopy;
  std::uint64_t done = 0;  // records, about
  std::uint64_t all = 0;
};
// Called often: may it go on? The error is that of the move, which a later run goes on with.
using MayGoOn = std::function<Status(const Step&)>;

struct Moved {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t rows = 0;   // copied by this run
  std::uint64_t bytes = 0;  // the same
};

// How far a move between two places has come.
enum class Standing : unsigned char {
  kOpen,     // it may begin, or go on
  kChecked,  // all was compared, and the source is closed for good: finish() is left
  kDone,     // the store is in the target
};

class StoreMove {
 public:
  // All references must outlive this.
  StoreMove(Place& from, Place& to, const MayGoOn& may_go_on) : from_(from), to_(to), may_go_on_(may_go_on) {}

  // Changes nothing. kConflict: another store is in the target, or half of one. kRefused: the source has
  // moved elsewhere, or is itself being filled.
  Result<Standing> standing();

  // From here on the target is marked: nobody opens it until the move is done. Both take it up where an
  // earlier run was cut short.
  Status copy_ahead();  // what grows; of the store alone
  Status copy();        // all; nobody writes the source from here on
  // Whether both hold the same: the number of rows of each table, each table but those that grow row by row,
  // and of each log its state, the root of the target's own tree, and some records. `all`: every row. kIo:
  // they do not, and what differs.
  Status check(bool all);
  // `where`: the target, as the source is to name it to people. `may_switch`: asked last, when nothing is
  // left but to switch; what comes before may take minutes. Its error leaves the source open.
  Status finish(const std::string& where, const std::function<Status()>& may_switch);

  const Moved& moved() const { return moved_; }

 private:
  Status prepare();
  Status copy_growing(const Table& table, bool ahead);
  Status copy_all_of(const std::vector<Table>& tables, sql::Connection& from, sql::Connection& to);
  Status copy_bodies();
  Status make_room(const Table& table, const Rows& rows);
  Status copied(const Copied& more);

  Place& from_;
  Place& to_;
  const MayGoOn& may_go_on_;
  AfterCommit after_ = [this](const Copied& more) { return copied(more); };
  Moved moved_;
  std::uint64_t all_ = 0;  // records of the source
};

}  // namespace koinon::move
