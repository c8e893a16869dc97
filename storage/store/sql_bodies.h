// Bodies of a store of SQL: those that came after their entry, those held for peers, those that are taken
// away. Part of SqlStore, inside its transactions.
#pragma once

#include <utility>

#include "storage/store/sql_arrivals.h"
#include "storage/store/sql_attachments.h"
#include "storage/store/sql_grace.h"

namespace koinon {

class SqlBodies {
 public:
  struct Parts {
    SqlLogs& logs;
    SqlArrivals& arrivals;
    SqlAttachments& attachments;
    SqlGrace& grace;
  };
  SqlBodies(sql::Connection& db, Parts parts, std::uint64_t transit_quota)
      : db_(db), parts_(parts), transit_quota_(transit_quota) {}

  // `ours`: they are of our own log.
  Status add(const BodiesCommit& bodies, bool ours);
  // The bodies of these records go, and their state is this one from now on.
  Status let_go(const std::vector<std::int64_t>& ids, BodyState state);
  // A body that is held for peers becomes ours.
  Status take_from_transit(std::int64_t id);
  // Called after the records of the runs were written. Takes back marks of erasure that the runs contradict.
  Status refute_marks(std::int64_t number, RunsInOrder runs);
  // Called after that. Erases what the run's withdrawals erase. `ours`: it is of our own log.
  Status settle_withdrawals(std::int64_t number, const RunCommit& run, bool ours);
  Status set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now);
  // What erased this record is void. A body that is kept of it is here again where it is wanted; else its
  // state is `otherwise`. Returns the body's size, 0 if there is none.
  Result<std::uint64_t> put_back(std::int64_t record, BytesView entry, BodyState otherwise);
  // Takes away bodies, and what they name, whose grace time is over: some MiB, or one larger one. True: all
  // of them have gone.
  Result<bool> end_grace();
  // Removes the records with these ids, and all that is held with them.
  Status remove_run(std::int64_t begin, std::int64_t end);
  // The log is removed. All that is held under its number goes later, piece by piece.
  Status remove_all(std::int64_t number);
  // Takes away a piece of what is left of removed logs: some MiB, or one larger file. True: nothing is left.
  Result<bool> sweep();

  // How many bytes of files have gone since the start.
  std::uint64_t file_bytes_gone() const { return parts_.attachments.forgotten_bytes(); }
  // Whether bytes were deleted since this was asked last.
  bool take_erased() { return std::exchange(erased_, false); }

 private:
  // A record that a withdrawal erases, as it is before.
  struct Erased {
    std::int64_t id = 0;
    StoredRecord record;
    bool names_files = false;
  };
  Status set_body(std::int64_t id, std::optional<BytesView> body, BodyState state);
  Status erase(const Erased& one, EntryIndex by);
  Status keep_for_grace(const Erased& one, bool ours);
  Result<bool> end_grace_of(const std::vector<SqlGrace::Kept>& records);
  Result<bool> sweep_grace(std::int64_t number);
  Result<bool> sweep_log(std::int64_t number);
  Status drop_transit(std::int64_t id);
  Result<bool> put_hidden(std::int64_t id, bool hidden);
  Status trim_transit(std::int64_t number, UnixMillis now);
  Result<bool> sweep_rows(std::int64_t number, const char* select, const char* remove);
  Result<bool> sweep_records(std::int64_t number);
  Result<bool> sweep_transit(std::int64_t number);

  sql::Connection& db_;
  Parts parts_;
  std::uint64_t transit_quota_;
  bool erased_ = false;
};

}  // namespace koinon
