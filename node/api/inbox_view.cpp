#include "node/api/inbox_view.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "node/api/inbox_json.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "node/reading/record_view.h"
#include "node/reading/shown_record.h"
#include "node/reading/since.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kLookedAt = 2000;    // records for one page of what a filter leaves
constexpr std::size_t kOursLookedAt = 20;  // of our answers to one note, the newest; some may be taken back
constexpr std::array<std::string_view, 3> kCaseStates = {"new", "open", "done"};

// The roles in which a record of ours answers what was addressed to us. None: it is not answered.
std::vector<v1::RefRole> roles_of_answers(v1::Kind kind) {
  if (kind == v1::KIND_PROPOSAL) return {v1::REF_ROLE_ANSWERS, v1::REF_ROLE_ACCEPTS};
  if (kind == v1::KIND_QUESTION || kind == v1::KIND_CALL) return {v1::REF_ROLE_ANSWERS};
  return {};
}

// The latest record of ours that stands and answers what stands there.
Result<std::optional<IndexedRecord>> our_latest(IndexReader& index, const LogId& own,
                                                const IndexedRecord& to) {
  std::optional<IndexedRecord> out;
  for (const v1::RefRole role : roles_of_answers(to.kind)) {
    KOINON_ASSIGN(const auto ours, index.newest_referring({to.log, to.index, role, own, kOursLookedAt}));
    const auto latest =
        std::find_if(ours.begin(), ours.end(), [](const RelatedRecord& one) { return !is_gone(one.status); });
    if (latest == ours.end()) continue;
    KOINON_ASSIGN(auto record, index.get(own, latest->index));
    if (record && (!out || record->arrival > out->arrival)) out = std::move(record);
  }
  return out;
}

// What we said to a call after this reply to it: other times are answered by a yes to the call. Where that
// call is void, what stands in its place is another one.
Result<std::optional<IndexedRecord>> said_after(IndexReader& index, StoreReader& store, const LogId& own,
                                                const IndexedRecord& reply) {
  const auto nothing = std::optional<IndexedRecord>();
  const auto entry = read_entry(store, reply);
  if (!entry.ok()) return nothing;
  for (const v1::Ref& ref : entry->refs()) {
    if (ref.role() != v1::REF_ROLE_ANSWERS) continue;
    KOINON_ASSIGN(const auto call, index.get(LogId::from(ref.log_id()), EntryIndex(ref.index())));
    if (!call || call->kind != v1::KIND_CALL || call->leaf.view() != ref.leaf_hash()) return nothing;
    KOINON_ASSIGN(auto ours, our_latest(index, own, *call));
    return ours && ours->arrival > reply.arrival ? std::move(ours) : nothing;
  }
  return nothing;
}

// Our latest answer that still stands, to a kind of note that is answered.
Result<std::optional<IndexedRecord>> our_answer(IndexReader& index, StoreReader& store, const LogId& own,
                                                const IndexedRecord& to) {
  if (to.kind == v1::KIND_CALL_REPLY) return said_after(index, store, own, to);
  return our_latest(index, own, to);
}

// Answering is what makes it done: nobody has to say so as well.
CaseState state_of(const InboxCase& item, const std::optional<IndexedRecord>& answer) {
  return answer && item.updated_at <= answer->created_at ? CaseState::kDone : item.state;
}

bool is_wanted(const InboxCase& item, const InboxQuery& query) {
  return (query.state.empty() || case_state_text(item.state) == query.state) &&
         (query.assignee.empty() || item.assignee == query.assignee);
}

// Nothing follows this page.
InboxView ended(InboxView page) {
  page.next.reset();
  return page;
}

}  // namespace

std::string_view case_state_text(CaseState state) { return kCaseStates.at(static_cast<std::size_t>(state)); }

Result<CaseState> read_case_state(std::string_view text) {
  const auto* const it = std::find(kCaseStates.begin(), kCaseStates.end(), text);
  if (it == kCaseStates.end()) return fail(Code::kInvalidArgument, "it is new, open or done", "state");
  return static_cast<CaseState>(it - kCaseStates.begin());
}

Result<InboxQuery> read_inbox_query(const Params& params) {
  InboxQuery out;
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  if (const auto cursor = param(params, "cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    out.before = ArrivalSeq(*number);
  }
  out.state = param(params, "state");
  out.assignee = param(params, "assignee");
  KOINON_ASSIGN(out.since, read_since(params));
  return out;
}

Result<CaseView> read_case(const InboxSources& from, const LogId& own, const IndexedRecord& record,
                           const InboxCase& item) {
  KOINON_ASSIGN(const auto answer, our_answer(from.index, from.store, own, record));
  CaseView out{
      read_summary(from.directory, record), state_of(item, answer), item.assignee, item.remark, {}, {}, ""};
  if (answer) out.answer = from.directory.ref(*answer);
  // It may be void since, which the index does not know yet.
  const auto entry = read_entry(from.store, record);
  if (!entry.ok() && entry.error().code != Code::kNotFound) return entry.error();
  if (entry.ok()) {
    for (const auto& ref : entry->refs()) {
      RefView read = read_ref(from.directory, from.store, ref);
      out.refs.push_back({read.role, std::move(read.ref), read.is_void, read.stands_not});
    }
    for (const auto& city : entry->to()) out.to.push_back(from.directory.city(LogId::from(city)));
  }
  return out;
}

Result<InboxView> read_inbox(const InboxSources& from, const LogId& own, const InboxQuery& query) {
  InboxView out;
  ArrivalSeq before = query.before;
  KOINON_ASSIGN(const ArrivalSeq after, last_left_out(from.store, from.index, query.since));
  ListBudget budget;
  bool full = false;
  for (std::size_t looked = 0; !full && out.items.size() < query.limit && looked < kLookedAt;
       looked += query.limit) {
    KOINON_ASSIGN(const auto found, from.index.addressed(own, before, query.limit));
    std::size_t passed = 0;
    for (const IndexedRecord& record : found) {
      if (record.arrival.value <= after.value) return ended(std::move(out));
      KOINON_ASSIGN(InboxCase item, from.desk.inbox_case(record.log, record.index));
      if (!query.state.empty()) {
        KOINON_ASSIGN(const auto answer, our_answer(from.index, from.store, own, record));
        item.state = state_of(item, answer);
      }
      if (is_wanted(item, query)) {
        KOINON_ASSIGN(CaseView made, read_case(from, own, record, item));
        full = !budget.takes(case_json(made));
        if (full) break;
        out.items.push_back(std::move(made));
      }
      ++passed;
      before = record.arrival;
      if (out.items.size() == query.limit) break;
    }
    // A page that is full half way leaves the rest to the next one, also where these were the last.
    const bool more = found.size() == query.limit || passed < found.size();
    out.next = more ? std::optional(before) : std::nullopt;
    if (found.size() < query.limit) break;
  }
  return out;
}

Result<std::size_t> count_new(IndexReader& index, StoreReader& store, Desk& desk, const LogId& own) {
  KOINON_ASSIGN(const auto found, index.addressed(own, {}, limits::kInboxCounted));
  std::size_t out = 0;
  for (const IndexedRecord& record : found) {
    KOINON_ASSIGN(const InboxCase item, desk.inbox_case(record.log, record.index));
    if (item.state != CaseState::kNew || is_gone(record.status)) continue;
    KOINON_ASSIGN(const auto answer, our_answer(index, store, own, record));
    out += state_of(item, answer) == CaseState::kNew ? 1 : 0;
  }
  return out;
}

}  // namespace koinon
