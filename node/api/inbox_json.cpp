#include "node/api/inbox_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/inbox_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"
#include "node/text/time_text.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<CaseChange> change_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"state", "assignee", "remark", "remark_was"}));
  CaseChange out;
  out.ref = ref_arg(request);
  if (object.contains("state")) {
    KOINON_ASSIGN(out.state, read_case_state(text_member(object, "state")));
  }
  if (object.contains("assignee")) out.assignee = text_member(object, "assignee");
  if (object.contains("remark")) out.remark = text_member(object, "remark");
  if (object.contains("remark_was")) out.remark_was = text_member(object, "remark_was");
  return out;
}

// {"remark": TEXT}, or nothing.
Result<WatchWish> watch_of_body(const ApiRequest& request) {
  WatchWish out{ref_arg(request), ""};
  if (request.body.empty()) return out;
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"remark"}));
  out.remark = text_member(object, "remark");
  return out;
}

HttpResponse inbox_answer(const ApiRequest&, const InboxView& view) {
  json::array items;
  for (const CaseView& item : view.items) items.push_back(case_json(item));
  json::object body{{"items", std::move(items)}};
  if (view.next) body["next"] = std::to_string(view.next->value);
  return json_response(body);
}

HttpResponse case_answer(const ApiRequest&, const CaseView& view) { return json_response(case_json(view)); }

HttpResponse colleagues_answer(const ApiRequest&, const std::vector<Colleague>& list) {
  json::array items;
  for (const Colleague& one : list)
    items.push_back(json::object{{"name", one.name}, {"person", one.person}, {"office", one.office}});
  return json_response(json::object{{"items", std::move(items)}});
}

HttpResponse watch_list_answer(const ApiRequest&, const WatchListView& view) {
  json::object body;
  if (view.next) body["next"] = watch_place_text(*view.next);
  json::array items;
  for (const WatchedView& item : view.items) items.push_back(watched_json(item));
  body["items"] = std::move(items);
  return json_response(body);
}

}  // namespace

json::object case_json(const CaseView& view) {
  json::object out = summary_json(view.note);
  out["state"] = case_state_text(view.state);
  out["assignee"] = view.assignee;
  out["remark"] = view.remark;
  json::array refs;
  for (const CaseRef& one : view.refs) {
    json::object item{{"role", role_name(one.role)}, {"ref", one.ref}};
    if (one.is_void) item["void"] = true;
    refs.push_back(std::move(item));
  }
  out["refs"] = std::move(refs);
  json::array to;
  for (const std::string& city : view.to) to.emplace_back(city);
  out["to"] = std::move(to);
  if (!view.answer.empty()) out["answer"] = view.answer;
  return out;
}

json::object watched_json(const WatchedView& view) {
  json::object out = view.note ? summary_json(*view.note) : json::object{{"ref", view.ref}};
  out["remark"] = view.remark;
  out["added_at"] = time_text(view.added_at);
  out["referred_by"] = view.referred_by;
  return out;
}

void add_inbox_routes(RouteTable& routes, CallGate& gate, const InboxApi& inbox) {
  add_route(
      routes, gate, inbox.list, +[](const ApiRequest& request) { return read_inbox_query(request.query); },
      inbox_answer);
  add_route(routes, gate, inbox.change, change_of_body, case_answer);
  add_route(routes, gate, inbox.colleagues, read_nothing, colleagues_answer);
  add_route(
      routes, gate, inbox.watchlist,
      +[](const ApiRequest& request) { return read_watch_list_query(request.query); }, watch_list_answer);
  add_route(routes, gate, inbox.watch, watch_of_body, no_content);
  add_route(routes, gate, inbox.unwatch, record_arg, no_content);
}

}  // namespace koinon
