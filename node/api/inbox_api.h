// What others send an office, with who sees to it; and what its people keep watch on.
//
// On the reading thread that its parts belong to.
#pragma once

#include "node/api/api.h"
#include "node/api/inbox_view.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"

namespace koinon {

// What is not named stays.
struct CaseChange {
  std::string ref;  // of what came
  std::optional<CaseState> state;
  std::optional<std::string> assignee;  // an account's name; empty: nobody
  std::optional<std::string> remark;    // its first 2000 bytes are kept
};

struct WatchListQuery {
  std::size_t limit = limits::kPageSize;
  std::optional<WatchItem> after;  // what the page before ended with
};
// limit, cursor.
Result<WatchListQuery> read_watch_list_query(const Params& params);

struct WatchedView {
  std::string ref;
  std::optional<SummaryView> note;  // none: the index does not have it
  std::string remark;
  UnixMillis added_at;
  std::uint64_t referred_by = 0;  // references by what was not taken back
};

struct WatchListView {
  std::vector<WatchedView> items;  // added last first
  std::optional<WatchItem> next;   // what the list goes on after
};
// As `cursor` of read_watch_list_query has it.
std::string watch_place_text(const WatchItem& place);

struct WatchWish {
  std::string ref;
  std::string remark;  // its first 2000 bytes are kept
};

class InboxApi {
 public:
  explicit InboxApi(ApiShared& shared);

  // Of an observer, to whom nobody writes, it is empty.
  const Operation<InboxQuery, InboxView> list;
  // kNotFound: it is not in the index, or there is no account of the assignee's name.
  const Operation<CaseChange, CaseView> change;
  // A watchlist belongs to an account: kRefused without one.
  const Operation<WatchListQuery, WatchListView> watchlist;
  // kTooLarge: there are limits::kWatched.
  const Operation<WatchWish, Nothing> watch;
  const Operation<NamedRecord, Nothing> unwatch;

 private:
  Result<InboxView> inbox(const Asker& asker, const InboxQuery& query);
  Result<CaseView> change_case(const Asker& asker, const CaseChange& wanted);
  Status edit_case(const CaseChange& wanted, InboxCase& item);

  Result<WatchListView> watched(const Asker& asker, const WatchListQuery& query);
  Result<WatchedView> read_watched(Directory& directory, const WatchItem& item);
  Result<Nothing> add_watched(const Asker& asker, const WatchWish& wish);
  Result<Nothing> remove_watched(const Asker& asker, const NamedRecord& record);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
