#include "node/api/drafts_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/desk_json.h"
#include "node/api/drafts_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object draft_json(const DraftView& draft) {
  return {{"id", draft.id.value},
          {"owner", draft.owner},
          {"updated_at", time_text(draft.updated_at)},
          {"version", draft.version},
          {"note", draft.note}};
}

std::string tag_of(std::int64_t version) { return "\"v" + std::to_string(version) + "\""; }

// The version that If-Match names; none: it names none. 0, which no draft has, where it is no such tag.
std::optional<std::int64_t> version_of(const ApiRequest& request) {
  const std::string match = request.header("if-match");
  if (match.empty()) return std::nullopt;
  const bool is_tag = match.size() > 3 && match.starts_with("\"v") && match.ends_with('"');
  const auto number = parse_decimal(is_tag ? match.substr(2, match.size() - 3) : std::string());
  return number.ok() && *number <= INT64_MAX ? static_cast<std::int64_t>(*number) : 0;
}

HttpResponse draft_answer(const DraftView& draft, unsigned status) {
  HttpResponse response = json_response(draft_json(draft), status);
  response.headers["ETag"] = tag_of(draft.version);
  return response;
}
HttpResponse made_answer(const ApiRequest&, const DraftView& view) { return draft_answer(view, 201); }
HttpResponse one_answer(const ApiRequest&, const DraftView& view) { return draft_answer(view, 200); }

HttpResponse list_answer(const ApiRequest&, const DraftListView& view) {
  json::array items;
  for (const DraftView& draft : view.items) items.push_back(draft_json(draft));
  json::object body{{"items", std::move(items)}};
  if (view.next) body["next"] = place_text(*view.next);
  return json_response(body);
}

HttpResponse removed_answer(const ApiRequest&, const Nothing&) {
  return HttpResponse{204, "application/json", "", {}};
}

Result<NewDraft> read_new_draft(const ApiRequest& request) {
  KOINON_ASSIGN(json::object note, read_draft(request.body));
  return NewDraft{std::move(note)};
}

Result<DraftQuery> draft_of_address(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  return DraftQuery{{id}};
}

Result<DraftChange> read_change(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  KOINON_ASSIGN(json::object note, read_draft(request.body));
  return DraftChange{{id}, std::move(note), version_of(request)};
}

// The body may be missing, and says no more than when.
Result<DraftPublishing> read_publishing(const ApiRequest& request) {
  DraftPublishing out;
  KOINON_ASSIGN(out.id.value, id_arg(request));
  out.version = version_of(request);
  if (request.body.empty()) return out;
  KOINON_ASSIGN(json::object given, parse_request(request.body));
  KOINON_TRY(check_members(given, {"hold", "at"}));
  KOINON_ASSIGN(out.when, take_wished_time(given));
  return out;
}

}  // namespace

void add_drafts_routes(RouteTable& routes, CallGate& gate, const DraftsApi& drafts) {
  add_route(
      routes, gate, drafts.list,
      +[](const ApiRequest& request) { return read_draft_list_query(request.query); }, list_answer);
  add_route(routes, gate, drafts.add, read_new_draft, made_answer);
  add_route(routes, gate, drafts.get, draft_of_address, one_answer);
  add_route(routes, gate, drafts.change, read_change, one_answer);
  add_route(routes, gate, drafts.remove, draft_of_address, removed_answer);
  add_route(routes, gate, drafts.publish, read_publishing, signed_answer);
}

}  // namespace koinon
