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

HttpResponse draft_answer(const DraftView& draft, unsigned status) {
  HttpResponse response = json_response(draft_json(draft), status);
  response.headers["ETag"] = version_tag(draft.version);
  return response;
}
HttpResponse one_answer(const ApiRequest&, const DraftView& view) { return draft_answer(view, 200); }

HttpResponse list_answer(const ApiRequest&, const DraftListView& view) {
  json::array items;
  for (const DraftView& draft : view.items) items.push_back(draft_json(draft));
  json::object body{{"items", std::move(items)}};
  if (view.next) body["next"] = place_text(*view.next);
  return json_response(body);
}

Result<NewDraft> read_new_draft(const ApiRequest& request) {
  KOINON_ASSIGN(json::object note, read_draft(request.body));
  return NewDraft{std::move(note)};
}

Result<DraftQuery> draft_of_address(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  return DraftQuery{{id}};
}

Result<DraftRemoval> read_removal(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  return DraftRemoval{{id}, version_named(request.header("if-match"))};
}

Result<DraftChange> read_change(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  KOINON_ASSIGN(json::object note, read_draft(request.body));
  return DraftChange{{id}, std::move(note), version_named(request.header("if-match"))};
}

// The body may be missing, and says no more than when.
Result<DraftPublishing> read_publishing(const ApiRequest& request) {
  DraftPublishing out;
  KOINON_ASSIGN(out.id.value, id_arg(request));
  out.version = version_named(request.header("if-match"));
  if (request.body.empty()) return out;
  KOINON_ASSIGN(json::object given, parse_request(request.body));
  KOINON_TRY(check_members(given, {"hold", "at"}));
  KOINON_ASSIGN(out.when, take_wished_time(given));
  return out;
}

}  // namespace

std::optional<std::int64_t> version_named(const std::string& if_match) {
  if (if_match.empty()) return std::nullopt;
  const bool is_tag = if_match.size() > 3 && if_match.starts_with("\"v") && if_match.ends_with('"');
  const auto number = parse_decimal(is_tag ? if_match.substr(2, if_match.size() - 3) : std::string());
  return number.ok() && *number <= INT64_MAX ? static_cast<std::int64_t>(*number) : 0;
}

std::string version_tag(std::int64_t version) { return "\"v" + std::to_string(version) + "\""; }

HttpResponse made_draft_answer(const ApiRequest&, const DraftView& draft) { return draft_answer(draft, 201); }

void add_drafts_routes(RouteTable& routes, CallGate& gate, const DraftsApi& drafts) {
  add_route(
      routes, gate, drafts.list,
      +[](const ApiRequest& request) { return read_draft_list_query(request.query); }, list_answer);
  add_route(routes, gate, drafts.add, read_new_draft, made_draft_answer);
  add_route(routes, gate, drafts.get, draft_of_address, one_answer);
  add_route(routes, gate, drafts.change, read_change, one_answer);
  add_route(routes, gate, drafts.remove, read_removal, no_content);
  add_route(routes, gate, drafts.publish, read_publishing, signed_answer);
}

}  // namespace koinon
