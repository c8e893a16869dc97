// The HTTP API, version 1. Reading is served everywhere, changes on the Unix socket alone.
//
// Runs on the HTTP server's thread, over read-only connections of its own; what changes anything goes to the
// writer's thread, what asks about peers to the network's.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "node/daemon/store_writer.h"
#include "node/http/message.h"
#include "node/http/record_json.h"
#include "node/http/server.h"
#include "node/transport/network.h"

namespace koinon {

// What the daemon knows of itself.
struct NodeFacts {
  std::string version;
  std::string name;
  std::optional<LogIdentity> identity;  // none: an observer
  NodeKey node_key;
  std::string address;  // HOST:PORT for other cities, or empty
  std::uint16_t peer_port = 0;
  std::uint16_t http_port = 0;

  std::optional<LogId> log() const;
  PeerLine peer_line() const;
};

struct ApiParts {
  NodeFacts facts;
  std::unique_ptr<StoreReader> store;
  std::unique_ptr<IndexReader> index;
  StoreWriter& writer;
  Network& network;
  Clock clock;
  // Empties the index, tells when that is done, and fills it again in the background.
  std::function<void(std::function<void(Status)>)> reindex;
};

class Api {
 public:
  explicit Api(ApiParts parts) : parts_(std::move(parts)) {}

  boost::asio::awaitable<HttpResponse> handle(HttpRequest request);
  std::optional<Result<EventSource>> events(const HttpRequest& request);

 private:
  boost::asio::awaitable<HttpResponse> read(HttpRequest request);
  boost::asio::awaitable<HttpResponse> change(HttpRequest request);

  Result<HttpResponse> id() const;
  Result<HttpResponse> records(const HttpRequest& request);
  Result<HttpResponse> record(const HttpRequest& request);
  Result<HttpResponse> proof(Directory& directory, const Directory::Found& found);
  boost::asio::awaitable<HttpResponse> status();
  boost::asio::awaitable<HttpResponse> metrics();
  std::uint64_t index_lag(ArrivalSeq indexed);
  boost::asio::awaitable<HttpResponse> cities();
  boost::asio::awaitable<HttpResponse> peers();
  boost::asio::awaitable<NetworkStatus> ask_network();

  boost::asio::awaitable<HttpResponse> publish(HttpRequest request);
  boost::asio::awaitable<HttpResponse> reindex();
  boost::asio::awaitable<HttpResponse> add_peer(HttpRequest request);
  boost::asio::awaitable<HttpResponse> remove_peer(std::string which);

  // api_policy.cpp: whom we trust, what we want, what we take back
  // What is subscribed to, whether it is complete, and whose notes it waits for.
  Result<boost::json::array> topic_states(const BodyFilter& filter);
  boost::asio::awaitable<HttpResponse> subscriptions();
  boost::asio::awaitable<HttpResponse> subscribe(HttpRequest request);
  boost::asio::awaitable<HttpResponse> vouch(HttpRequest request, bool withdraw);
  boost::asio::awaitable<HttpResponse> block(HttpRequest request, bool blocked);
  boost::asio::awaitable<HttpResponse> withdraw(HttpRequest request);
  boost::asio::awaitable<HttpResponse> explain(HttpRequest request);
  boost::asio::awaitable<Result<Published>> publish_made(DraftMaker maker);
  boost::asio::awaitable<Status> change_store(std::function<Status(Store&)> change);
  boost::asio::awaitable<CityStanding> ask_standing(LogId log);

  // api_attachments.cpp
  boost::asio::awaitable<HttpResponse> put_attachment(HttpRequest request);
  boost::asio::awaitable<HttpResponse> attachments(HttpRequest request);
  Result<std::string> whole_attachment(const AttachmentState& state);
  boost::asio::awaitable<std::optional<FileFetching>> fetching(AttachmentId id);
  boost::asio::awaitable<HttpResponse> fetch_attachment(LogId log, EntryIndex index, AttachmentId id);
  boost::asio::awaitable<HttpResponse> drop_attachment(AttachmentId id);

  // api_invites.cpp
  boost::asio::awaitable<HttpResponse> invite(HttpRequest request);
  boost::asio::awaitable<HttpResponse> join(HttpRequest request);
  boost::asio::awaitable<Status> pin_peer(PeerRecord peer);

  Result<IndexQuery> read_query(Directory& directory, const HttpRequest& request);

  ApiParts parts_;
};

HttpResponse json_response(const boost::json::object& body, unsigned status = 200);

}  // namespace koinon
