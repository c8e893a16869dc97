// Whether practices of other cities would work here, as each office of ours answers it: one worksheet for
// each practice and office. It is the office's own; nothing of it leaves the node by itself.
//
// On the thread of its connection.
#pragma once

#include <optional>
#include <string>

#include "proto/base/types.h"
#include "storage/office/changing_rows.h"
#include "storage/office/office_db.h"

namespace koinon {

struct StoredWorksheet {
  WorksheetId id;
  LogId log;
  EntryIndex index;
  Hash leaf;                 // of the practice's entry; another one may take its place
  std::string office;        // empty: of accounts that name no office
  std::string answers;       // JSON; at most limits::kWorksheetBytes
  std::int64_t version = 0;  // counts changes, so that nobody overwrites a change that he has not seen
  UnixMillis updated_at;
  UserId user;  // who changed it last; 0: no account
};

using WorksheetPlace = ChangePlace<WorksheetId>;

class Worksheets {
 public:
  explicit Worksheets(OfficeDb& db) : db_(db) {}

  // Of this practice: that of one office, or of all offices that which was changed last. Nothing: there is
  // none, or that which is there means another entry.
  Result<std::optional<StoredWorksheet>> find(const LogId& log, EntryIndex index, const Hash& leaf,
                                              const std::optional<std::string>& office);
  // Writes the worksheet of its practice and office, and gives it the next version: `version` is the one that
  // its writer has read (0: there was none), or nothing if it does not matter. Where the one that is there
  // means another entry, that is forgotten.
  // kConflict: it has changed since that version. kTooLarge: the account has limits::kWorksheets others.
  Result<StoredWorksheet> put(StoredWorksheet worksheet, std::optional<std::int64_t> version);
  // kConflict: it has changed since that version.
  Status remove(WorksheetId id, std::optional<std::int64_t> version);
  // Those of one office, or of all. Newest change first; only those that come after `after`.
  Result<DeskPage<StoredWorksheet>> list(const std::optional<std::string>& office, std::size_t limit,
                                         const std::optional<WorksheetPlace>& after = std::nullopt);
  // How many this account changed last.
  Result<std::size_t> count(UserId user);

 private:
  Status insert(StoredWorksheet& worksheet);
  Status change(StoredWorksheet& worksheet);

  OfficeDb& db_;
};

}  // namespace koinon
