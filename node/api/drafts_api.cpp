#include "node/api/drafts_api.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/desk_api.h"
#include "node/api/json_response.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

json::object draft_json(const StoredDraft& draft, const std::string& owner) {
  return {{"id", draft.id.value},
          {"owner", owner},
          {"updated_at", time_text(draft.updated_at)},
          {"version", draft.version},
          {"note", stored_request(draft.note)}};
}

// Where a page of the list ends: when its last draft was changed, then which it is.
std::string place_text(const StoredDraft& draft) {
  return std::to_string(draft.updated_at.value) + "." + std::to_string(draft.id.value);
}

Result<std::optional<DraftPlace>> read_place(const std::string& cursor) {
  if (cursor.empty()) return std::optional<DraftPlace>();
  const auto dot = cursor.find('.');
  const auto updated_at = parse_decimal(cursor.substr(0, dot));
  const auto id = parse_decimal(dot == std::string::npos ? "" : cursor.substr(dot + 1));
  if (!updated_at.ok() || !id.ok() || *updated_at > INT64_MAX || *id > INT64_MAX)
    return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
  return std::optional(
      DraftPlace{{static_cast<std::int64_t>(*updated_at)}, {static_cast<std::int64_t>(*id)}});
}

std::string draft_tag(const StoredDraft& draft) { return "\"v" + std::to_string(draft.version) + "\""; }

}  // namespace

void DraftsApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const std::string& pattern, const char* id, const char* summary,
                       const char* takes, const char* gives, unsigned status, RouteHandler handler,
                       std::vector<std::string> query = {}) {
    Route route{{method, pattern, Need::kPublisher, id, "publishing", summary, std::move(query), takes, gives,
                 status},
                std::move(handler)};
    if (std::string_view(gives) == "Published") route.gives_later = "Held";
    routes.add(std::move(route));
  };
  const auto now = [this](Result<HttpResponse> (DraftsApi::*handler)(const ApiRequest&)) {
    return at_once([this, handler](const ApiRequest& request) { return (this->*handler)(request); });
  };
  add("GET", "/api/v1/drafts", "listDrafts", "Drafts: one's own, a reviewer all", "", "DraftList", 200,
      now(&DraftsApi::list), {"limit", "cursor"});
  add("POST", "/api/v1/drafts", "addDraft", "Keep a draft", "PublishRequest", "Draft", 201,
      now(&DraftsApi::add));
  add("GET", "/api/v1/drafts/{id}", "getDraft", "One draft", "", "Draft", 200, now(&DraftsApi::get));
  add("PUT", "/api/v1/drafts/{id}", "changeDraft", "Change a draft; If-Match names the version that was read",
      "PublishRequest", "Draft", 200, now(&DraftsApi::change));
  add("DELETE", "/api/v1/drafts/{id}", "removeDraft", "Throw a draft away", "", "", 204,
      now(&DraftsApi::remove));
  add("POST", "/api/v1/drafts/{id}/publish", "publishDraft", "Publish a draft", "HoldRequest", "Published",
      201, [this](ApiRequest request) { return publish(std::move(request)); });
}

Result<HttpResponse> DraftsApi::list(const ApiRequest& request) {
  KOINON_ASSIGN(const std::size_t limit, read_limit(request.query, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(const auto after, read_place(request.param("cursor")));
  const bool all = request.caller.role >= Role::kReviewer;
  KOINON_ASSIGN(const auto page,
                shared_.desk.drafts(all ? std::nullopt : std::optional(request.caller.user), limit, after));
  json::array items;
  for (const StoredDraft& draft : page.items) {
    KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
    items.push_back(draft_json(draft, owner ? owner->name : "local"));
  }
  json::object body{{"items", std::move(items)}};
  if (page.more) body["next"] = place_text(page.items.back());
  return json_response(body);
}

namespace {

// A note that is being written. A withdrawal is none: who signs a draft of another's signs what it reads as.
Result<json::object> read_draft(const std::string& body) {
  KOINON_ASSIGN(json::object object, parse_request(body));
  if (object.contains("withdraw"))
    return fail(Code::kInvalidArgument, "the request has an unknown field", "withdraw");
  return object;
}

}  // namespace

// A draft may be anything that is a publish request by its form; what is wrong with it shows when it is
// published.
Result<HttpResponse> DraftsApi::add(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, read_draft(request.body));
  KOINON_ASSIGN(const std::size_t mine, shared_.desk.count_drafts(request.caller.user));
  if (mine >= limits::kDrafts)
    return fail(Code::kTooLarge,
                Sentence{"draft.too_many",
                         "an account has at most {most} drafts",
                         {{"most", std::int64_t{limits::kDrafts}}}},
                "draft");
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const DraftId id, shared_.desk.add_draft(request.caller.user, json::serialize(object), now));
  const StoredDraft made{id, request.caller.user, 1, now, json::serialize(object)};
  HttpResponse response = json_response(draft_json(made, request.caller.name), 201);
  response.headers["ETag"] = draft_tag(made);
  return response;
}

Result<StoredDraft> DraftsApi::own(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  KOINON_ASSIGN(auto draft, shared_.desk.draft({id}));
  if (!draft || (request.caller.role < Role::kReviewer && draft->user != request.caller.user))
    return fail(Code::kNotFound, Sentence{"draft.unknown", "there is no such draft"}, "id");
  return std::move(*draft);
}

Result<HttpResponse> DraftsApi::get(const ApiRequest& request) {
  KOINON_ASSIGN(const StoredDraft draft, own(request));
  KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
  HttpResponse response = json_response(draft_json(draft, owner ? owner->name : "local"));
  response.headers["ETag"] = draft_tag(draft);
  return response;
}

Result<HttpResponse> DraftsApi::change(const ApiRequest& request) {
  KOINON_ASSIGN(StoredDraft draft, own(request));
  KOINON_ASSIGN(const json::object object, read_draft(request.body));
  const std::string match = request.header("if-match");
  if (!match.empty() && match != draft_tag(draft))
    return fail(Code::kConflict,
                Sentence{"draft.changed", "the draft has been changed by somebody else since; read it again"},
                "If-Match");
  draft.note = json::serialize(object);
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(shared_.desk.change_draft(draft.id, draft.version, draft.note, now));
  ++draft.version;
  draft.updated_at = now;
  KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
  HttpResponse response = json_response(draft_json(draft, owner ? owner->name : "local"));
  response.headers["ETag"] = draft_tag(draft);
  return response;
}

Result<HttpResponse> DraftsApi::remove(const ApiRequest& request) {
  KOINON_ASSIGN(const StoredDraft draft, own(request));
  KOINON_TRY(shared_.desk.remove_draft(draft.id));
  return HttpResponse{204, "application/json", "", {}};
}

asio::awaitable<HttpResponse> DraftsApi::publish(ApiRequest request) {
  const auto draft = own(request);
  if (!draft.ok()) co_return problem(draft.error());
  auto object = read_draft(draft->note);
  if (!object.ok()) co_return problem(object.error());
  // Whoever signs what another wrote names what they read.
  const std::string match = request.header("if-match");
  if (match.empty() ? draft->user != request.caller.user : match != draft_tag(*draft))
    co_return problem(
        fail(Code::kConflict,
             Sentence{"draft.changed", "the draft has been changed by somebody else since; read it again"},
             "If-Match"));
  if (!request.body.empty()) {
    const auto given = parse_request(request.body);
    if (!given.ok()) co_return problem(given.error());
    if (const Status known = check_members(*given, {"hold", "at"}); !known.ok())
      co_return problem(known.error());
    for (const auto& member : *given) (*object)[member.key()] = member.value();
  }
  const DraftId id = draft->id;
  HttpResponse response = co_await desk_.sign_or_hold(std::move(*object), request.caller);
  if (response.status < 300) (void)shared_.desk.remove_draft(id);
  co_return response;
}

}  // namespace koinon
