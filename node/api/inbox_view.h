// Notes that others send to an office, and who takes care of each.
//
// A view belongs to one request, on the thread of its sources.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/reading/summary_view.h"
#include "node/text/params.h"
#include "proto/base/limits.h"
#include "storage/office/desk.h"

namespace koinon {

// "new", "open", "done".
std::string_view case_state_text(CaseState state);
// kInvalidArgument: it is not one of these.
Result<CaseState> read_case_state(std::string_view text);

struct InboxQuery {
  std::string state;     // only cases in this state; empty: in any; an unknown state finds nothing
  std::string assignee;  // only cases of the account with this name; empty: all
  std::size_t limit = limits::kPageSize;
  ArrivalSeq before;                // 0: from the newest
  std::optional<UnixMillis> since;  // only what came here then or later
};
// Reads state, assignee, since, limit and cursor.
Result<InboxQuery> read_inbox_query(const Params& params);

// A record to which a case refers.
struct CaseRef {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;
  bool is_void = false;     // RefView
  bool stands_not = false;  // RefView
};

struct CaseView {
  SummaryView note;
  // A question, a call or a proposal that we have answered is done, unless somebody set its state after that;
  // so is a reply to a call once we have said something to the call after it.
  CaseState state = CaseState::kNew;
  std::string assignee;  // an account's name; empty: nobody
  std::string remark;
  std::vector<CaseRef> refs;
  std::vector<std::string> to;  // the cities that it is addressed to; of a question none: all cities
  std::string answer;           // the ref of our latest answer; empty: there is none
};

struct InboxView {
  std::vector<CaseView> items;     // newest first
  std::optional<ArrivalSeq> next;  // the list goes on before this arrival; nothing: it ends here
};

// The sources of the view.
struct InboxSources {
  Directory& directory;
  StoreReader& store;
  IndexReader& index;
  Desk& desk;
};

Result<CaseView> read_case(const InboxSources& from, const LogId& own, const IndexedRecord& record,
                           const InboxCase& item);
// The notes for `own`. It skips some thousand records at most that the filter leaves out. So a page may have
// fewer cases than the limit, or none, although the list goes on.
Result<InboxView> read_inbox(const InboxSources& from, const LogId& own, const InboxQuery& query);
// How many of the newest limits::kInboxCounted notes for `own` nobody has seen to.
Result<std::size_t> count_new(IndexReader& index, StoreReader& store, Desk& desk, const LogId& own);

}  // namespace koinon
