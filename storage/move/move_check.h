// Whether both places of a move hold the same.
#pragma once

#include "crypto/log_state.h"
#include "storage/move/store_move.h"

namespace koinon::move {

class MoveCheck {
 public:
  // All references must outlive this.
  MoveCheck(Place& from, Place& to, const MayGoOn& may_go_on) : from_(from), to_(to), may_go_on_(may_go_on) {}

  // StoreMove::check.
  Status run(bool all);
  std::uint64_t logs() const { return logs_; }
  std::uint64_t records() const { return records_; }

 private:
  Status check_store(bool all);
  Status check_rows(TableRows& from, TableRows& to);
  Status check_count(TableRows& from, TableRows& to);
  Status check_logs();
  Status check_log(const LogState& log);
  Status check_record(const LogState& log, std::int64_t number, EntryIndex index);
  Status looked_at(std::uint64_t more);

  Place& from_;
  Place& to_;
  const MayGoOn& may_go_on_;
  std::uint64_t logs_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
};

}  // namespace koinon::move
