// Which address is answered by what, who may ask, and the audit line of every change.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "crypto/hash.h"
#include "node/api/accounts_api.h"
#include "node/api/api.h"
#include "node/api/cities_api.h"
#include "node/api/credentials_api.h"
#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/api/inbox_api.h"
#include "node/api/overview_api.h"
#include "node/api/search_api.h"
#include "node/api/sending_api.h"
#include "node/feeds/feeds_api.h"
#include "node/log_files/log_files_api.h"
#include "node/pages/pages.h"
#include "node/site/openapi.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// What a library throws ends one request, and is told.
Error fault(const std::exception& error) {
  return fail(Code::kInternal, std::string("this request met a fault of the program: ") + error.what());
}

}  // namespace

ApiShared::ApiShared(ApiParts given)
    : parts(std::move(given)),
      accounts(*parts.office),
      desk(*parts.office),
      outbox(*parts.office),
      access(accounts, parts.options.access, parts.commons.guesses, parts.clock.wall),
      publisher(*parts.store, parts.nearness, *parts.index, parts.writer, parts.facts.log(),
                parts.options.gate) {}

Api::Api(ApiParts parts)
    : shared_(std::move(parts)),
      parts_(shared_.parts),
      accounts_(std::make_unique<AccountsApi>(shared_)),
      cities_(std::make_unique<CitiesApi>(parts_)),
      credentials_(std::make_unique<CredentialsApi>(shared_)),
      desk_(std::make_unique<DeskApi>(shared_)),
      drafts_(std::make_unique<DraftsApi>(shared_, *desk_)),
      inbox_(std::make_unique<InboxApi>(shared_)),
      feeds_(std::make_unique<FeedsApi>(shared_)),
      log_files_(std::make_unique<LogFilesApi>(shared_)),
      overview_(std::make_unique<OverviewApi>(parts_)),
      search_(std::make_unique<SearchApi>(shared_)),
      sending_(std::make_unique<SendingApi>(shared_)) {
  add_routes();
  add_operator_routes();
  accounts_->add_routes(routes_);
  cities_->add_routes(routes_);
  credentials_->add_routes(routes_);
  desk_->add_routes(routes_);
  drafts_->add_routes(routes_);
  inbox_->add_routes(routes_);
  feeds_->add_routes(routes_);
  log_files_->add_routes(routes_);
  overview_->add_routes(routes_);
  search_->add_routes(routes_);
  sending_->add_routes(routes_);
  pages_ = std::make_unique<Pages>(
      shared_, routes_, parts_.commons.messages,
      [this](const ApiRequest& request, const HttpResponse& response) { audit(request, response); });
  pages_->add_routes(routes_);
}

Api::~Api() = default;

RouteHandler Api::later(asio::awaitable<HttpResponse> (Api::*handler)(ApiRequest)) {
  return [this, handler](ApiRequest request) { return (this->*handler)(std::move(request)); };
}

RouteHandler Api::now(Result<HttpResponse> (Api::*handler)(const ApiRequest&)) {
  return at_once([this, handler](const ApiRequest& request) { return (this->*handler)(request); });
}

void Api::add_routes() {
  routes_.add({"GET",
               "/healthz",
               Need::kAnyone,
               "getHealth",
               "node",
               "Whether the node answers",
               {},
               "",
               "text/plain",
               200,
               later(&Api::health),
               {}});
  routes_.add({"GET",
               "/readyz",
               Need::kAnyone,
               "getReadiness",
               "node",
               "Whether the node does all that it is for; which alarms there are",
               {},
               "",
               "text/plain",
               200,
               now(&Api::ready),
               {}});
  routes_.add({"GET",
               "/metrics",
               Need::kOperator,
               "getMetrics",
               "node",
               "Measures for Prometheus",
               {},
               "",
               "text/plain",
               200,
               later(&Api::metrics),
               {}});
  routes_.add({"GET",
               "/api/v1/openapi.json",
               Need::kAnyone,
               "getOpenApi",
               "node",
               "This document",
               {},
               "",
               "AnyObject",
               200,
               at_once([this](const ApiRequest& request) -> Result<HttpResponse> {
                 // Made of the table, which is complete once somebody asks; the same ever after.
                 if (openapi_.status != 200) openapi_ = json_response(openapi_document(routes_, kApiVersion));
                 return conditional(request, openapi_);
               }),
               {}});
  routes_.add({"GET",
               "/api/v1/id",
               Need::kReading,
               "getId",
               "node",
               "What another city needs to peer with this one",
               {},
               "",
               "NodeId",
               200,
               now(&Api::id),
               {}});
  routes_.add({"GET",
               "/api/v1/topics",
               Need::kReading,
               "listTopics",
               "reading",
               "The shared vocabulary of topics, with labels and aliases",
               {},
               "",
               "TopicList",
               200,
               now(&Api::topics),
               {}});
  routes_.add({"GET",
               "/api/v1/records",
               Need::kReading,
               "listRecords",
               "reading",
               "Records, newest first",
               {"topic", "city", "kind", "q", "limit", "cursor"},
               "",
               "RecordList",
               200,
               now(&Api::records),
               {}});
  const std::string record = "/api/v1/records/{city}/{index}";
  routes_.add({"GET",
               record,
               Need::kReading,
               "getRecord",
               "reading",
               "Everything that is known of a record: its lineage and conversation with it; texts=brief cuts "
               "long texts and lists short",
               {"texts"},
               "",
               "Record",
               200,
               now(&Api::record),
               {}});
  const std::vector<std::array<std::string, 4>> parts = {
      {"proof", "getProof", "A standard tlog-proof that the record is in its city's log", "text/plain"},
      {"entry", "getEntry", "The entry's bytes, as they are hashed", "application/octet-stream"},
      {"body", "getBody", "The note's bytes, as the entry commits to them", "application/octet-stream"},
      {"markdown", "getMarkdown", "The file that would publish the note", "text/markdown"}};
  for (const auto& [part, id, summary, type] : parts) {
    routes_.add({"GET",
                 std::string(record).append("/").append(part),
                 Need::kReading,
                 id,
                 "reading",
                 summary,
                 {},
                 "",
                 type,
                 200,
                 now(&Api::record),
                 {}});
  }
  routes_.add({"GET",
               record + "/attachments",
               Need::kReading,
               "listAttachments",
               "attachments",
               "The files that go with a note",
               {},
               "",
               "AttachmentList",
               200,
               later(&Api::attachments),
               {}});
  const std::string file = record + "/attachments/{sha256}";
  routes_.add({"GET",
               file,
               Need::kReading,
               "getAttachment",
               "attachments",
               "A file, to be saved",
               {},
               "",
               "application/octet-stream",
               200,
               later(&Api::attachments),
               {}});
  routes_.add({"POST",
               file,
               Need::kReader,
               "fetchAttachment",
               "attachments",
               "Fetch a file from other cities",
               {},
               "",
               "AttachmentState",
               202,
               later(&Api::attachments),
               {}});
  routes_.add({"DELETE",
               file,
               Need::kOperator,
               "dropAttachment",
               "attachments",
               "Forget a file",
               {},
               "",
               "AttachmentState",
               200,
               later(&Api::attachments),
               {}});
  routes_.add({"POST",
               "/api/v1/attachments",
               Need::kPublisher,
               "uploadAttachment",
               "attachments",
               "Give the node a file for a note to name",
               {},
               "application/octet-stream",
               "Upload",
               201,
               later(&Api::put_attachment),
               {},
               limits::kAttachmentBytes});
  Route events{"GET",
               "/api/v1/events",
               Need::kReading,
               "streamEvents",
               "reading",
               "Records as they arrive, as server-sent events; Last-Event-ID resumes",
               {"topic", "after"},
               "",
               "text/event-stream",
               200,
               {},
               [this](const ApiRequest& request) { return events_of(request); }};
  routes_.add(std::move(events));
  for (const char* pattern : {"/api/v1/explain/{city}", "/api/v1/explain/{city}/{index}"}) {
    const bool city = std::string_view(pattern).ends_with("{city}");
    routes_.add({"GET",
                 pattern,
                 Need::kReader,
                 city ? "explainCity" : "explainRecord",
                 "operating",
                 city ? "Why a city is here, or what stands in the way"
                      : "Why a record is here, or what stands in the way",
                 {},
                 "",
                 "Explanation",
                 200,
                 later(&Api::explain),
                 {}});
  }
}

void Api::add_operator_routes() {
  const auto add = [this](const char* method, const char* pattern, const char* id, const char* summary,
                          const char* takes, const char* gives, unsigned status,
                          asio::awaitable<HttpResponse> (Api::*handler)(ApiRequest)) {
    routes_.add({method,
                 pattern,
                 Need::kOperator,
                 id,
                 "operating",
                 summary,
                 {},
                 takes,
                 gives,
                 status,
                 later(handler),
                 {}});
  };
  add("GET", "/api/v1/status", "getStatus", "How the node is", "", "Status", 200, &Api::status);
  add("GET", "/api/v1/peers", "listPeers", "Who is pinned, and whether they are connected", "", "PeerList",
      200, &Api::peers);
  add("POST", "/api/v1/peers", "addPeer", "Pin a node by the line of its koinon id", "PeerRequest",
      "PeerAdded", 201, &Api::add_peer);
  add("DELETE", "/api/v1/peers/{peer}", "removePeer", "Unpin a node", "", "PeerRemoved", 200,
      &Api::remove_peer);
  add("POST", "/api/v1/invites", "invite", "A line that makes another city a peer, once", "InviteRequest",
      "Invite", 201, &Api::invite);
  add("GET", "/api/v1/invites", "listInvites", "Invites that may still be used", "", "InviteList", 200,
      &Api::invites);
  add("DELETE", "/api/v1/invites/{id}", "revokeInvite", "Revoke an invite", "", "", 204, &Api::revoke_invite);
  add("POST", "/api/v1/join", "join", "Become the peer of a city that sent an invite", "JoinRequest",
      "Joined", 201, &Api::join);
  add("GET", "/api/v1/subscriptions", "getSubscriptions", "Which topics' notes are wanted", "",
      "Subscriptions", 200, &Api::subscriptions);
  add("POST", "/api/v1/subscriptions", "setSubscriptions", "Want these topics' notes, and no others",
      "SubscriptionRequest", "SubscriptionSet", 200, &Api::subscribe);
  add("POST", "/api/v1/vouches", "vouch", "Publish that this city knows another", "CityRequest", "Vouch", 201,
      &Api::add_vouch);
  add("DELETE", "/api/v1/vouches/{city}", "withdrawVouch", "Take a vouch back", "", "Vouch", 200,
      &Api::withdraw_vouch);
  add("POST", "/api/v1/blocks", "block", "Take and relay nothing of a city", "CityRequest", "Block", 200,
      &Api::add_block);
  add("DELETE", "/api/v1/blocks/{city}", "unblock", "Take and relay it again", "", "Block", 200,
      &Api::remove_block);
  add("PUT", "/api/v1/clock", "setClock", "Say that this machine's clock is right, so that signing goes on",
      "ClockWord", "Clock", 200, &Api::clock_is_right);
  add("POST", "/api/v1/reindex", "reindex", "Rebuild the search index", "", "Reindexing", 202, &Api::reindex);
}

asio::awaitable<Admission> Api::admit(std::shared_ptr<ApiRequest> request, bool has_body) {
  const MonoTime began = parts_.clock.mono();
  Admission out;
  const Route& route = routes_.routes()[request->route_number];
  request->route = &route;
  out.body_limit = route.body_limit;
  try {
    if (const Status may = koinon::admit(shared_.access, *request); !may.ok()) {
      // A form whose session has ended is read, so that nothing of it is lost; the page looks again.
      const bool form = route.page && request->method == "POST" && has_body;
      if (form && may.error().code == Code::kUnauthenticated) {
        out.body_limit = std::min(route.body_limit, limits::kEndedFormBytes);
      } else {
        out.answer = refusal(*request, may.error());
        if (request->method != "GET") audit(*request, *out.answer);
      }
    } else if (!has_body) {
      out.answer = co_await handle(*request);
    }
  } catch (const std::exception& error) {
    out.answer = problem(fault(error));
  }
  out.took = parts_.clock.mono() - began;
  co_return out;
}

// A page says so as a page.
HttpResponse Api::refusal(ApiRequest request, const Error& error) {
  if (!request.route->page || error.code == Code::kTooMany) return problem(error);
  return pages_->refused(std::move(request), error);
}

asio::awaitable<HttpResponse> Api::refuse(ApiRequest request, Error error) {
  request.route = &routes_.routes()[request.route_number];
  try {
    co_return refusal(std::move(request), error);
  } catch (const std::exception& thrown) {
    co_return problem(fault(thrown));
  }
}

asio::awaitable<StartedStream> Api::begin_stream(ApiRequest request) {
  StartedStream out;
  request.route = &routes_.routes()[request.route_number];
  try {
    if (const Status may = koinon::admit(shared_.access, request); !may.ok()) {
      out.refusal = refusal(request, may.error());
      co_return out;
    }
    out.stranger = request.caller.by == Caller::By::kNothing;
    auto source = request.route->stream(request);
    if (source.ok()) {
      out.source = std::make_shared<EventSource>(std::move(*source));
    } else {
      out.refusal = problem(source.error());
    }
  } catch (const std::exception& error) {
    out.refusal = problem(fault(error));
  }
  co_return out;
}

asio::awaitable<HttpResponse> Api::handle(ApiRequest request) {
  request.route = &routes_.routes()[request.route_number];
  // What a page changes is noted by the operation that it calls.
  const bool changes = request.method != "GET" && !request.route->page;
  const ApiRequest head = changes ? without_body(request) : ApiRequest();
  const Route* route = request.route;
  HttpResponse response;
  try {
    response = co_await route->handle(std::move(request));
  } catch (const std::exception& error) {
    response = problem(fault(error));
  }
  if (head.route != nullptr) audit(head, response);
  co_return response;
}

// Every change, and every try at one, by whom and with what outcome. What strangers try is only counted:
// nobody writes to this disk before they are known.
void Api::audit(const ApiRequest& request, const HttpResponse& response) {
  const bool known = request.caller.by != Caller::By::kNothing;
  if ((!known && response.status >= 300) || response.status == status_of(Code::kTooMany)) {
    parts_.commons.refusals.count(request.route->id, response.status, request.remote);
    return;
  }
  AuditLine line;
  line.at = parts_.clock.wall();
  line.who = request.caller.name.empty() ? "nobody at " + request.remote : request.caller.name;
  if (!request.caller.credential.empty()) line.who += " by " + request.caller.credential;
  line.action = request.route->id;
  for (const auto& [name, value] : request.args) line.target += (line.target.empty() ? "" : "/") + value;
  line.outcome = std::to_string(response.status);
  if (response.status >= 400 || line.target.empty()) {
    boost::system::error_code error;
    const json::value body = json::parse(response.body, error);
    // The sentence of a refusal may repeat what somebody wrote, which they may have to erase one day.
    const bool of_texts = request.route->tag == "publishing" || request.route->tag == "attachments";
    for (const char* name : {"ref", "name", "id", of_texts ? "code" : "detail"}) {
      const auto* found = !error && body.is_object() ? body.as_object().if_contains(name) : nullptr;
      if (found == nullptr) continue;
      line.outcome += " " + (found->is_string() ? std::string(found->as_string()) : json::serialize(*found));
      break;
    }
  }
  // What cannot be written down is at least in the daemon's own log.
  if (const Status noted = shared_.accounts.note(line); !noted.ok())
    line.outcome += " (" + noted.error().text() + ")";
  parts_.log_change(line);
}

ApiRequest without_body(const ApiRequest& request) {
  ApiRequest out;
  out.method = request.method;
  out.route = request.route;
  out.args = request.args;
  out.remote = request.remote;
  out.caller = request.caller;
  return out;
}

HttpResponse conditional(const ApiRequest& request, HttpResponse response) {
  if (response.status != 200) return response;
  const std::string tag = "\"" + to_hex(sha256(response.body).view()).substr(0, 32) + "\"";
  response.headers["ETag"] = tag;
  response.headers.try_emplace("Cache-Control", "no-cache");
  const std::string wanted = request.header("if-none-match");
  if (wanted == "*" || wanted.find(tag) != std::string::npos) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace koinon
