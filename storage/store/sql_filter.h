// What a changed filter means for the bodies of a log, in a store of SQL: many records at a time. Part of
// SqlStore, inside its transactions.
#pragma once

#include <vector>

#include "storage/store/body_rules.h"
#include "storage/store/sql_bodies.h"

namespace koinon {

class SqlFilter {
 public:
  struct Parts {
    SqlLogs& logs;
    SqlArrivals& arrivals;
    SqlAttachments& attachments;
    SqlBodies& bodies;
  };
  SqlFilter(sql::Connection& db, Parts parts) : db_(db), parts_(parts) {}

  // As LogWriter::apply_filter.
  Result<std::optional<EntryIndex>> apply(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                          EntryIndex from, std::uint64_t most);

 private:
  struct Change {
    std::int64_t id = 0;
    EntryIndex index;
    FilterStep step = FilterStep::kStays;
  };
  struct Piece {
    std::vector<Change> changes;
    std::uint64_t end = 0;  // of the records that were looked at
  };
  Result<Piece> choose(std::int64_t number, const BodyFilter& filter, std::uint64_t from, std::uint64_t end);
  Status carry_out(std::int64_t number, const std::vector<Change>& changes, UnixMillis now);
  Status let_go(std::int64_t number, const std::vector<Change>& changes, UnixMillis now);
  Status take_from_transit(std::int64_t number, const Change& change, UnixMillis now);

  sql::Connection& db_;
  Parts parts_;
};

}  // namespace koinon
