#include "node/api/inbox_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kRemarkBytes = 2000;
constexpr std::size_t kLookedAt = 2000;  // records for one page of what a filter leaves
constexpr std::array<std::string_view, 3> kCaseStates = {"new", "open", "done"};

Status needs_account(const Caller& caller) {
  if (caller.user.value != 0) return {};
  return fail(Code::kRefused,
              Sentence{"account.needed", "this belongs to an account; log in, or use a token of one"},
              "account");
}

// Cut between characters: half of one would make every answer that carries it unreadable.
std::string read_remark(const json::object& object) {
  return std::string(clipped_utf8(text_member(object, "remark"), kRemarkBytes));
}

// Where a page of the watchlist ends: when its last item was added, then which it is.
std::string place_text(const WatchItem& item) {
  return std::to_string(item.added_at.value) + "." + std::to_string(item.index.value) + "." +
         to_text(item.log);
}

Result<std::optional<WatchItem>> read_place(const std::string& cursor) {
  if (cursor.empty()) return std::optional<WatchItem>();
  const auto wrong = fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
  const auto first = cursor.find('.');
  const auto second = cursor.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos) return wrong;
  const auto added_at = parse_decimal(cursor.substr(0, first));
  const auto index = parse_decimal(cursor.substr(first + 1, second - first - 1));
  const auto log = parse_log_id(cursor.substr(second + 1));
  if (!added_at.ok() || !index.ok() || !log.ok() || *added_at > INT64_MAX || *index > INT64_MAX) return wrong;
  WatchItem place;
  place.log = *log;
  place.index = EntryIndex(*index);
  place.added_at = {static_cast<std::int64_t>(*added_at)};
  return std::optional<WatchItem>(place);
}

}  // namespace

void InboxApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const std::string& pattern, Need need, const char* id,
                       const char* summary, const char* takes, const char* gives, unsigned status,
                       Result<HttpResponse> (InboxApi::*handler)(const ApiRequest&),
                       std::vector<std::string> query = {}) {
    routes.add({{method, pattern, need, id, "inbox", summary, std::move(query), takes, gives, status},
                koinon::handler(this, handler)});
  };
  add("GET", "/api/v1/inbox", Need::kReader, "listInbox",
      "Questions to us, and answers to, adoptions and versions of what is ours", "", "InboxList", 200,
      &InboxApi::inbox, {"state", "assignee", "limit", "cursor"});
  add("PATCH", "/api/v1/inbox/{city}/{index}", Need::kPublisher, "changeInboxItem",
      "Say who sees to it, and whether it is done", "InboxChange", "InboxItem", 200, &InboxApi::change_case);
  add("GET", "/api/v1/watchlist", Need::kReader, "listWatched", "What one watches", "", "WatchList", 200,
      &InboxApi::watchlist, {"limit", "cursor"});
  add("PUT", "/api/v1/watchlist/{city}/{index}", Need::kReader, "watch", "Watch a record", "WatchRequest", "",
      204, &InboxApi::watch);
  add("DELETE", "/api/v1/watchlist/{city}/{index}", Need::kReader, "unwatch", "No longer watch it", "", "",
      204, &InboxApi::unwatch);
}

// --- inbox ---

Result<json::object> InboxApi::case_json(Directory& directory, const IndexedRecord& record,
                                         const InboxCase& item) {
  json::object out = summary_json(directory, record);
  out["state"] = kCaseStates.at(static_cast<std::size_t>(item.state));
  out["assignee"] = item.assignee;
  out["remark"] = item.remark;
  json::array about;
  KOINON_ASSIGN(const Bytes leaf, parts_.store->entry(record.log, record.index));
  if (const auto entry = parse_entry(leaf); entry.ok()) {
    for (const auto& ref : entry->refs())
      about.push_back(
          json::object{{"role", role_name(ref.role())},
                       {"ref", directory.ref(LogId::from(ref.log_id()), EntryIndex(ref.index()))}});
  }
  out["refs"] = std::move(about);
  return out;
}

Result<HttpResponse> InboxApi::inbox(const ApiRequest& request) {
  const auto own = parts_.facts.log();
  if (!own) return json_response({{"items", json::array()}});
  KOINON_ASSIGN(const std::size_t limit, read_limit(request.query, limits::kPageSize, limits::kPageSizeMax));
  ArrivalSeq before;
  if (const auto cursor = request.param("cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    before = ArrivalSeq(*number);
  }
  const std::string state = request.param("state");
  const std::string assignee = request.param("assignee");
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  json::array items;
  std::string next;
  ListBudget budget;
  bool full = false;
  for (std::size_t looked = 0; !full && items.size() < limit && looked < kLookedAt; looked += limit) {
    KOINON_ASSIGN(const auto found, parts_.index->addressed(*own, before, limit));
    std::size_t passed = 0;
    for (const IndexedRecord& record : found) {
      KOINON_ASSIGN(const InboxCase item, shared_.desk.inbox_case(record.log, record.index));
      const bool wanted = (state.empty() || kCaseStates.at(static_cast<std::size_t>(item.state)) == state) &&
                          (assignee.empty() || item.assignee == assignee);
      if (wanted) {
        KOINON_ASSIGN(json::object made, case_json(directory, record, item));
        full = !budget.takes(made);
        if (full) break;
        items.push_back(std::move(made));
      }
      ++passed;
      before = record.arrival;
      if (items.size() == limit) break;
    }
    // A page that is full half way leaves the rest to the next one, also where these were the last.
    next = found.size() == limit || passed < found.size() ? std::to_string(before.value) : "";
    if (found.size() < limit) break;
  }
  json::object body{{"items", std::move(items)}};
  if (!next.empty()) body["next"] = next;
  return json_response(body);
}

// What a request says of a case; what it does not name stays.
Status InboxApi::edit_case(const json::object& object, InboxCase& item) {
  if (object.contains("state")) {
    const std::string state = text_member(object, "state");
    const auto* const it = std::find(kCaseStates.begin(), kCaseStates.end(), state);
    if (it == kCaseStates.end()) return fail(Code::kInvalidArgument, "it is new, open or done", "state");
    item.state = static_cast<CaseState>(it - kCaseStates.begin());
  }
  if (object.contains("assignee")) {
    item.assignee = text_member(object, "assignee");
    if (!item.assignee.empty()) {
      KOINON_ASSIGN(const auto user, shared_.accounts.find(item.assignee));
      if (!user)
        return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "assignee");
    }
  }
  if (object.contains("remark")) item.remark = read_remark(object);
  item.updated_at = parts_.clock.wall();
  return {};
}

Result<HttpResponse> InboxApi::change_case(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"state", "assignee", "remark"}));
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(request.arg("city") + "/" + request.arg("index")));
  KOINON_ASSIGN(const auto record, parts_.index->get(found.log.id, found.index));
  if (!record) return fail(Code::kNotFound, Sentence{"inbox.unknown", "it is not in the inbox"}, "ref");
  KOINON_ASSIGN(const InboxCase item,
                shared_.desk.change_case(found.log.id, found.index,
                                         [&](InboxCase& one) { return edit_case(object, one); }));
  KOINON_ASSIGN(const json::object body, case_json(directory, *record, item));
  return json_response(body);
}

// --- watchlist ---

Result<HttpResponse> InboxApi::watchlist(const ApiRequest& request) {
  KOINON_TRY(needs_account(request.caller));
  KOINON_ASSIGN(const std::size_t limit, read_limit(request.query, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(const auto after, read_place(request.param("cursor")));
  KOINON_ASSIGN(const auto watched, shared_.desk.watched(request.caller.user, limit, after));
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  json::array items;
  ListBudget budget;
  for (const WatchItem& item : watched) {
    KOINON_ASSIGN(const auto record, parts_.index->get(item.log, item.index));
    json::object out = record ? summary_json(directory, *record)
                              : json::object{{"ref", directory.ref(item.log, item.index)}};
    KOINON_ASSIGN(const std::uint64_t references, parts_.index->references(item.log, item.index));
    out["remark"] = item.remark;
    out["added_at"] = time_text(item.added_at);
    out["referred_by"] = references;
    if (!budget.takes(out)) break;
    items.push_back(std::move(out));
  }
  json::object body;
  if (!watched.empty() && (watched.size() == limit || items.size() < watched.size()))
    body["next"] = place_text(watched[items.size() - 1]);
  body["items"] = std::move(items);
  return json_response(body);
}

Result<HttpResponse> InboxApi::watch(const ApiRequest& request) {
  KOINON_TRY(needs_account(request.caller));
  WatchItem item;
  if (!request.body.empty()) {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"remark"}));
    item.remark = read_remark(object);
  }
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(request.arg("city") + "/" + request.arg("index")));
  KOINON_ASSIGN(const std::size_t watched, shared_.desk.count_watched(request.caller.user));
  if (watched >= limits::kWatched)
    return fail(Code::kTooLarge,
                Sentence{"watchlist.too_many",
                         "a watchlist has at most {most} records",
                         {{"most", std::int64_t{limits::kWatched}}}},
                "ref");
  item.log = found.log.id;
  item.index = found.index;
  item.added_at = parts_.clock.wall();
  KOINON_TRY(shared_.desk.watch(request.caller.user, item));
  return HttpResponse{204, "application/json", "", {}};
}

Result<HttpResponse> InboxApi::unwatch(const ApiRequest& request) {
  KOINON_TRY(needs_account(request.caller));
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(request.arg("city") + "/" + request.arg("index")));
  KOINON_TRY(shared_.desk.unwatch(request.caller.user, found.log.id, found.index));
  return HttpResponse{204, "application/json", "", {}};
}

}  // namespace koinon
