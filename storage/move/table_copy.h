// Makes a table of the target the same as that of the source. Each commit leaves something from which a later
// run goes on.
#pragma once

#include <functional>

#include "storage/move/table_rows.h"

namespace koinon::move {

struct Copied {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

// Called after each commit, with what that brought, and after each other page, with nothing. An error ends
// the copy, and is what it returns.
using AfterCommit = std::function<Status(const Copied&)>;
// Called inside the transaction, before rows come into the target. Null: nothing is to be done.
using BeforeRows = std::function<Status(const Rows&)>;

class TableCopy {
 public:
  // All references must outlive this.
  TableCopy(TableRows& from, TableRows& to, const AfterCommit& after, BeforeRows before = {})
      : from_(from), to_(to), after_(after), before_(std::move(before)) {}

  // A table that grows: only what lies behind the last row that the target has. The source may be written
  // meanwhile.
  Status ahead();
  // The same, where nobody writes the source any more. What the target has already is compared first: it may
  // have been copied while the source still changed. Pages that differ are replaced.
  Status rest();
  // Any table: all of it anew, in one transaction.
  Status whole();

 private:
  Status add(const Rows& page);
  Status put_all(const Rows& page, Copied& copied);
  Status replace(const std::optional<Row>& after, const Rows& page);
  Status remove_behind(const std::optional<Row>& last);

  TableRows& from_;
  TableRows& to_;
  const AfterCommit& after_;
  BeforeRows before_;
};

}  // namespace koinon::move
