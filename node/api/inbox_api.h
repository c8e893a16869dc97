// Notes that others send to an office and who takes care of each; and the watchlists of its people.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/inbox_view.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"

namespace koinon {

// Members that are not set stay as they are.
struct CaseChange {
  std::string ref;  // the record's ref
  std::optional<CaseState> state;
  std::optional<std::string> assignee;  // an account's name; empty: nobody
  std::optional<std::string> remark;    // at most limits::kRemarkBytes
  // The remark that the writer saw. If it was changed meanwhile, nothing is changed: kConflict.
  std::optional<std::string> remark_was;
};

// Somebody of the office who may see to a case.
struct Colleague {
  std::string name;  // of the account
  std::string person;
  std::string office;
};

struct WatchListQuery {
  std::size_t limit = limits::kPageSize;
  std::optional<WatchItem> after;  // the last item of the page before
};
// Reads limit and cursor.
Result<WatchListQuery> read_watch_list_query(const Params& params);

struct WatchedView {
  std::string ref;
  std::optional<SummaryView> note;  // nothing: the index does not have it
  std::string remark;
  UnixMillis added_at;
  std::uint64_t referred_by = 0;  // how many references there are from records that were not withdrawn
};

struct WatchListView {
  std::vector<WatchedView> items;  // the last added first
  std::optional<WatchItem> next;   // the last item of this page; nothing: the list ends here
};
// A place as `cursor` of read_watch_list_query states it.
std::string watch_place_text(const WatchItem& place);

struct WatchWish {
  std::string ref;
  std::string remark;  // at most limits::kRemarkBytes
};

class InboxApi {
 public:
  explicit InboxApi(ApiShared& shared);

  // The inbox of an observer is empty: nobody can write to it.
  const Operation<InboxQuery, InboxView> list;
  // kNotFound: it is not in the index, or there is no account of the assignee's name. kTooLarge: the remark
  // is too long; nothing of it is lost, since nothing is changed. kConflict: see CaseChange.
  const Operation<CaseChange, CaseView> change;
  // Who may see to a case: publishers and whoever may do more, the first limits::kAccounts.
  const Operation<Nothing, std::vector<Colleague>> colleagues;
  // kRefused: the caller has no account, so no watchlist.
  const Operation<WatchListQuery, WatchListView> watchlist;
  // kTooLarge: the list already has limits::kWatched.
  const Operation<WatchWish, Nothing> watch;
  const Operation<NamedRecord, Nothing> unwatch;

 private:
  Result<InboxView> inbox(const Asker& asker, const InboxQuery& query);
  Result<CaseView> change_case(const Asker& asker, const CaseChange& wanted);
  Status edit_case(const CaseChange& wanted, InboxCase& item);
  Result<std::vector<Colleague>> all_colleagues(const Asker& asker, const Nothing& query);

  Result<WatchListView> watched(const Asker& asker, const WatchListQuery& query);
  Result<WatchedView> read_watched(Directory& directory, const WatchItem& item);
  Result<Nothing> add_watched(const Asker& asker, const WatchWish& wish);
  Result<Nothing> remove_watched(const Asker& asker, const NamedRecord& record);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
