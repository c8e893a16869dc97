// Whether a practice of another city would work in ours: an office's own answers, which nobody else is told.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/change_place.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/worksheet_view.h"
#include "node/text/params.h"
#include "storage/office/worksheets.h"

namespace koinon {

// Answers that are given as a whole: what they do not say is not answered.
struct WorksheetChange {
  std::string ref;  // of the practice
  WorksheetAnswers answers;
  std::optional<std::int64_t> version;  // that the caller has read, 0: there was none; nothing: any
};

struct WorksheetRemoval {
  std::string ref;
  std::optional<std::int64_t> version;
};

struct WorksheetListQuery {
  std::size_t limit = limits::kPageSize;
  std::optional<WorksheetPlace> after;  // the last worksheet of the page before
};
// Reads limit and cursor.
Result<WorksheetListQuery> read_worksheet_list_query(const Params& params);

// A worksheet as a list shows it.
struct WorksheetLine {
  std::string ref;
  std::string city;
  std::string title;     // empty: it is not known here
  std::string language;  // of the title, BCP 47
  WorksheetVerdict verdict = WorksheetVerdict::kTooEarly;
  std::string office;
  std::string by;
  std::int64_t version = 0;
  UnixMillis updated_at;
};

struct WorksheetListView {
  std::vector<WorksheetLine> items;
  std::optional<WorksheetPlace> next;  // the last worksheet of this page; nothing: the list ends here
};

class WorksheetsApi {
 public:
  explicit WorksheetsApi(ApiShared& shared);

  // Those of the caller's office; over the Unix socket those of all offices. Of several for one practice the
  // socket means the one that was changed last.
  const Operation<WorksheetListQuery, WorksheetListView> list;
  // One that nobody has begun has no answers and the version 0. kInvalidArgument: the record is no practice.
  // kNotFound: its text is not here.
  const Operation<NamedRecord, WorksheetView> get;
  // kConflict: it is no longer the version that was read. kTooLarge: a text is too long, or the account has
  // limits::kWorksheets; nothing was changed.
  const Operation<WorksheetChange, WorksheetView> put;
  // kNotFound: there is none.
  const Operation<WorksheetRemoval, Nothing> remove;

 private:
  // A practice whose text is here.
  struct Asked {
    LogId log;
    EntryIndex index;
    Hash leaf;
    WorksheetView view;  // without what is stored
  };
  Result<WorksheetListView> list_worksheets(const Asker& asker, const WorksheetListQuery& query);
  Result<WorksheetView> get_worksheet(const Asker& asker, const NamedRecord& named);
  Result<WorksheetView> put_worksheet(const Asker& asker, const WorksheetChange& change);
  Result<Nothing> remove_worksheet(const Asker& asker, const WorksheetRemoval& removal);
  Result<Asked> find_practice(const std::string& ref);
  Result<WorksheetLine> line_of(Directory& directory, const StoredWorksheet& stored);
  Result<std::string> name_of(UserId user);
  Result<WorksheetView> view_of(Asked asked, const StoredWorksheet& stored);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
