// The HTTP API, version 1.
//
// An Api belongs to one reading thread and has read-only connections of its own; what changes anything goes
// to the writer's thread, what asks about peers to the network's, what takes long to a small pool. What the
// threads share is in Commons.
#pragma once

#include <atomic>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "node/access/access.h"
#include "node/access/refusals.h"
#include "node/api/admission.h"
#include "node/api/alarms.h"
#include "node/api/record_json.h"
#include "node/http/message.h"
#include "node/api/query_params.h"
#include "node/api/routes.h"
#include "node/pages/messages.h"
#include "node/publishing/clock_standing.h"
#include "node/publishing/publisher.h"
#include "node/reading/rendered_texts.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"
#include "storage/office/accounts.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"

namespace koinon {

inline constexpr std::string_view kApiVersion = "1.0.0";

class AccountsApi;
class CitiesApi;
class CredentialsApi;
class DeskApi;
class DraftsApi;
class FeedsApi;
class InboxApi;
class LogFilesApi;
class OverviewApi;
class Pages;
class SearchApi;
class SendingApi;

// What the daemon knows of itself.
struct NodeFacts {
  std::string version;
  std::string name;
  std::optional<LogIdentity> identity;  // none: an observer
  NodeKey node_key;
  std::string address;  // HOST:PORT for other cities, or empty
  std::string folder;   // where its data are
  std::uint16_t peer_port = 0;
  std::uint16_t http_port = 0;

  std::optional<LogId> log() const;
  PeerLine peer_line() const;
};

struct ApiOptions {
  AccessOptions access;
  GateRules gate;
  unsigned digest_hour = 6;       // UTC
  bool private_webhooks = false;  // webhooks may go to addresses of the office's own network
};

// What the Apis of all reading threads share. Each part is safe for any thread.
struct Commons {
  Commons(std::function<MonoTime()> clock, Messages said)
      : guesses(std::move(clock)), messages(std::move(said)) {}

  Guesses guesses;
  const Messages messages;
  Refusals refusals;
  RenderedTexts texts{limits::kRenderedBytes};
  std::atomic<std::size_t> passwords_waiting = 0;
  std::atomic<std::uint64_t> passwords_checked = 0;  // since the start
};

struct ApiParts {
  NodeFacts facts;
  ApiOptions options;
  std::unique_ptr<StoreReader> store;
  std::unique_ptr<IndexReader> index;
  std::unique_ptr<OfficeDb> office;
  StoreWriter& writer;
  Network& network;
  Clock clock;
  boost::asio::io_context& io;  // of the thread that this Api belongs to
  Commons& commons;
  const Nearness& nearness;               // any thread
  boost::asio::thread_pool& slow;         // for what takes a tenth of a second: passwords
  std::function<void()> wake_courier;     // there is something to send, or a new place to send it to
  std::function<void()> wake_hold_queue;  // something new waits to be signed
  // Signs what a reviewer has released; the answer comes from the hold queue's thread.
  std::function<void(HeldId, std::function<void(Result<EntryIndex>)>)> sign_held;
  std::function<void(const AuditLine&)> log_change;
  // Empties the index, tells when that is done, and fills it again in the background.
  std::function<void(std::function<void(Status)>)> reindex;
  std::function<std::vector<Alarm>()> alarms;
  ClockQuestions clock_questions;
};

// What the areas of the API share.
struct ApiShared {
  explicit ApiShared(ApiParts given);
  // A text of others as HTML.
  std::string html(std::string_view text) { return parts.commons.texts.html(text); }

  ApiParts parts;
  Accounts accounts;
  Desk desk;
  Outbox outbox;
  Access access;
  Publisher publisher;
};

struct Admission {
  std::optional<HttpResponse> answer;  // where it is refused, or had no body to wait for
  std::size_t body_limit = 0;          // bytes
  std::chrono::nanoseconds took{0};
};

struct StartedStream {
  std::optional<HttpResponse> refusal;
  std::shared_ptr<EventSource> source;
  bool stranger = false;  // whoever asked is not known
};

class Api {
 public:
  explicit Api(ApiParts parts);
  ~Api();

  // Who asks, and whether they may: sets the caller. A request without a body is answered at once.
  boost::asio::awaitable<Admission> admit(std::shared_ptr<ApiRequest> request, bool has_body);
  // An admitted request.
  boost::asio::awaitable<HttpResponse> handle(ApiRequest request);
  boost::asio::awaitable<HttpResponse> refuse(ApiRequest request, Error error);
  boost::asio::awaitable<StartedStream> begin_stream(ApiRequest request);
  const RouteTable& routes() const { return routes_; }

 private:
  void add_routes();
  void add_operator_routes();
  RouteHandler later(boost::asio::awaitable<HttpResponse> (Api::*handler)(ApiRequest));
  RouteHandler now(Result<HttpResponse> (Api::*handler)(const ApiRequest&));

  boost::asio::awaitable<HttpResponse> health(ApiRequest request);
  Result<HttpResponse> ready(const ApiRequest& request);
  Result<HttpResponse> id(const ApiRequest& request);
  Result<HttpResponse> records(const ApiRequest& request);
  Result<HttpResponse> record(const ApiRequest& request);
  Result<HttpResponse> proof(Directory& directory, const Directory::Found& found);
  Result<EventSource> events_of(const ApiRequest& request);
  Result<HttpResponse> topics(const ApiRequest& request);
  boost::asio::awaitable<HttpResponse> status(ApiRequest request);
  boost::asio::awaitable<HttpResponse> metrics(ApiRequest request);
  boost::asio::awaitable<HttpResponse> peers(ApiRequest request);

  boost::asio::awaitable<HttpResponse> clock_is_right(ApiRequest request);
  boost::asio::awaitable<HttpResponse> reindex(ApiRequest request);
  boost::asio::awaitable<HttpResponse> add_peer(ApiRequest request);
  boost::asio::awaitable<HttpResponse> remove_peer(ApiRequest request);

  // api_policy.cpp: whom we trust, what we want, what we take back
  // What is subscribed to, whether it is complete, and whose notes it waits for.
  Result<boost::json::array> topic_states(const BodyFilter& filter);
  boost::asio::awaitable<HttpResponse> subscriptions(ApiRequest request);
  boost::asio::awaitable<HttpResponse> subscribe(ApiRequest request);
  boost::asio::awaitable<HttpResponse> add_vouch(ApiRequest request);
  boost::asio::awaitable<HttpResponse> withdraw_vouch(ApiRequest request);
  boost::asio::awaitable<HttpResponse> vouch(ApiRequest request, bool withdraw);
  boost::asio::awaitable<HttpResponse> add_block(ApiRequest request);
  boost::asio::awaitable<HttpResponse> remove_block(ApiRequest request);
  boost::asio::awaitable<HttpResponse> block(ApiRequest request, bool blocked);
  boost::asio::awaitable<HttpResponse> explain(ApiRequest request);
  // What an operator does about trust, through the gate like everything else.
  boost::asio::awaitable<Result<Published>> publish_vouch(Caller caller, DraftMaker maker);
  boost::asio::awaitable<Status> change_store(std::function<Status(Store&)> change);

  // api_attachments.cpp
  boost::asio::awaitable<HttpResponse> put_attachment(ApiRequest request);
  boost::asio::awaitable<HttpResponse> attachments(ApiRequest request);
  Result<std::string> whole_attachment(const AttachmentState& state);
  boost::asio::awaitable<std::optional<FileFetching>> fetching(AttachmentId id);
  boost::asio::awaitable<HttpResponse> fetch_attachment(LogId log, EntryIndex index, AttachmentId id);
  boost::asio::awaitable<HttpResponse> drop_attachment(AttachmentId id);

  // api_invites.cpp
  boost::asio::awaitable<HttpResponse> invite(ApiRequest request);
  boost::asio::awaitable<HttpResponse> invites(ApiRequest request);
  boost::asio::awaitable<HttpResponse> revoke_invite(ApiRequest request);
  boost::asio::awaitable<HttpResponse> join(ApiRequest request);
  boost::asio::awaitable<Status> pin_peer(PeerRecord peer);

  Result<IndexQuery> read_query(Directory& directory, const ApiRequest& request);
  HttpResponse refusal(ApiRequest request, const Error& error);
  void audit(const ApiRequest& request, const HttpResponse& response);

  ApiShared shared_;
  ApiParts& parts_;
  RouteTable routes_;
  HttpResponse openapi_{0, {}, {}, {}};
  std::unique_ptr<AccountsApi> accounts_;
  std::unique_ptr<CitiesApi> cities_;
  std::unique_ptr<CredentialsApi> credentials_;
  std::unique_ptr<DeskApi> desk_;
  std::unique_ptr<DraftsApi> drafts_;
  std::unique_ptr<InboxApi> inbox_;
  std::unique_ptr<FeedsApi> feeds_;
  std::unique_ptr<LogFilesApi> log_files_;
  std::unique_ptr<OverviewApi> overview_;
  std::unique_ptr<Pages> pages_;
  std::unique_ptr<SearchApi> search_;
  std::unique_ptr<SendingApi> sending_;
};

boost::json::object clock_json(const ClockStanding& standing, UnixMillis now);
HttpResponse json_response(const boost::json::object& body, unsigned status = 200);
// With a strong ETag of the body; 304 without a body where the request names it.
HttpResponse conditional(const ApiRequest& request, HttpResponse response);
// Who asked for what, for the audit line, once the handler has the rest.
ApiRequest without_body(const ApiRequest& request);

}  // namespace koinon
