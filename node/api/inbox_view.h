// What others send an office, read with who sees to it.
//
// Each reading belongs to one request, on the thread that what it is read from belongs to.
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
// kInvalidArgument: it is none of these.
Result<CaseState> read_case_state(std::string_view text);

struct InboxQuery {
  std::string state;     // those in it alone; empty: in any; what is no state finds nothing
  std::string assignee;  // an account's name: those that it sees to; empty: all
  std::size_t limit = limits::kPageSize;
  ArrivalSeq before;  // 0: from the newest
};
// state, assignee, limit, cursor.
Result<InboxQuery> read_inbox_query(const Params& params);

// What something in the inbox refers to.
struct CaseRef {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;
};

struct CaseView {
  SummaryView note;
  CaseState state = CaseState::kNew;
  std::string assignee;  // an account's name; empty: nobody
  std::string remark;
  std::vector<CaseRef> refs;
};

struct InboxView {
  std::vector<CaseView> items;     // newest first
  std::optional<ArrivalSeq> next;  // the arrival that the list goes on before
};

// Where it is read from.
struct InboxSources {
  Directory& directory;
  StoreReader& store;
  IndexReader& index;
  Desk& desk;
};

Result<CaseView> read_case(const InboxSources& from, const IndexedRecord& record, const InboxCase& item);
// What came for `own`. Of what a filter leaves out some thousand records are passed at most: a page may have
// fewer cases than it is to have, or none, and leads on.
Result<InboxView> read_inbox(const InboxSources& from, const LogId& own, const InboxQuery& query);

}  // namespace koinon
