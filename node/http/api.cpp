#include "node/http/api.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "crypto/tlog_proof.h"
#include "node/http/metrics.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kEventsAtOnce = 100;
constexpr std::size_t kLagArrivals = 1000;

HttpResponse answer(Result<HttpResponse> result) {
  return result.ok() ? std::move(*result) : problem(result.error());
}

Error no_such_address() { return fail(Code::kNotFound, "nothing is served at this address", "target"); }

// Duplicates are pushes of what was here already: what a settled tree has few of.
json::object counts_json(const SessionCounts& counts) {
  return {{"heads_in", counts.heads_in},
          {"records_in", counts.records_in},
          {"record_copies_in", counts.copies_in},
          {"pushes_in", counts.pushes_in},
          {"duplicates_in", counts.duplicates_in},
          {"bodies_in", counts.bodies_in},
          {"bodies_not_held", counts.bodies_not_held},
          {"records_out", counts.records_out},
          {"pushes_out", counts.pushes_out},
          {"bodies_out", counts.bodies_out},
          {"file_bytes_in", counts.file_bytes_in},
          {"file_bytes_out", counts.file_bytes_out}};
}

bool is_api(const HttpRequest& request, std::string_view what) {
  return request.path.size() >= 3 && request.path[0] == "api" && request.path[1] == "v1" &&
         request.path[2] == what;
}

bool is_attachments(const HttpRequest& request) {
  return request.path.size() >= 6 && request.path[5] == "attachments";
}

}  // namespace

std::optional<LogId> NodeFacts::log() const {
  return identity ? std::optional(identity->log_id()) : std::nullopt;
}

PeerLine NodeFacts::peer_line() const {
  return {identity ? std::optional(identity->vkey()) : std::nullopt, address, node_key};
}

HttpResponse json_response(const json::object& body, unsigned status) {
  return {status, "application/json", json::serialize(body), {}};
}

asio::awaitable<HttpResponse> Api::handle(HttpRequest request) {
  if (request.method == "GET") co_return co_await read(std::move(request));
  if (request.method != "POST" && request.method != "DELETE") {
    HttpResponse response = problem(fail(Code::kInvalidArgument, "this method is not served", "method"));
    response.status = 405;
    co_return response;
  }
  if (!request.local) {
    co_return problem(
        fail(Code::kRefused, "changes are taken on the Unix socket of the data folder alone", "method"));
  }
  co_return co_await change(std::move(request));
}

asio::awaitable<HttpResponse> Api::read(HttpRequest request) {
  if (request.path.size() == 1 && (request.path[0] == "healthz" || request.path[0] == "readyz")) {
    const auto reading = parts_.store->counts();
    co_return reading.ok() ? HttpResponse{200, "text/plain", "ok\n", {}} : problem(reading.error());
  }

  if (request.path.size() == 1 && request.path[0] == "metrics") co_return co_await metrics();
  if (is_api(request, "status") && request.path.size() == 3) co_return co_await status();
  if (is_api(request, "id") && request.path.size() == 3) co_return answer(id());
  if (is_api(request, "cities") && request.path.size() == 3) co_return co_await cities();
  if (is_api(request, "peers") && request.path.size() == 3) co_return co_await peers();
  if (is_api(request, "subscriptions") && request.path.size() == 3) co_return co_await subscriptions();
  if (is_api(request, "explain") && request.path.size() >= 4 && request.path.size() <= 5)
    co_return co_await explain(std::move(request));
  if (is_api(request, "records")) {
    if (request.path.size() == 3) co_return answer(records(request));
    if (is_attachments(request)) co_return co_await attachments(std::move(request));
    if (request.path.size() >= 5) co_return answer(record(request));
  }
  co_return problem(no_such_address());
}

asio::awaitable<HttpResponse> Api::change(HttpRequest request) {
  if (is_api(request, "attachments") && request.method == "POST" && request.path.size() == 3)
    co_return co_await put_attachment(std::move(request));
  if (request.body.size() > limits::kHttpBodyBytes)
    co_return problem(fail(Code::kTooLarge, "the request is too large", "body"));
  if (is_api(request, "records") && is_attachments(request))
    co_return co_await attachments(std::move(request));
  if (request.method == "POST" && request.path.size() == 3) {
    if (is_api(request, "records")) co_return co_await publish(std::move(request));
    if (is_api(request, "peers")) co_return co_await add_peer(std::move(request));
    if (is_api(request, "reindex")) co_return co_await reindex();
    if (is_api(request, "invites")) co_return co_await invite(std::move(request));
    if (is_api(request, "join")) co_return co_await join(std::move(request));
    if (is_api(request, "subscriptions")) co_return co_await subscribe(std::move(request));
    if (is_api(request, "vouches")) co_return co_await vouch(std::move(request), false);
    if (is_api(request, "blocks")) co_return co_await block(std::move(request), true);
    if (is_api(request, "withdrawals")) co_return co_await withdraw(std::move(request));
  }
  if (request.method == "DELETE" && request.path.size() == 4) {
    if (is_api(request, "vouches")) co_return co_await vouch(std::move(request), true);
    if (is_api(request, "blocks")) co_return co_await block(std::move(request), false);
  }
  if (request.method == "DELETE" && is_api(request, "peers") && request.path.size() == 4) {
    std::string which = request.path[3];
    co_return co_await remove_peer(std::move(which));
  }
  co_return problem(no_such_address());
}

asio::awaitable<NetworkStatus> Api::ask_network() {
  Network* network = &parts_.network;
  const auto ask = [network]() -> asio::awaitable<NetworkStatus> { co_return network->status(); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

// --- the node itself ---

Result<HttpResponse> Api::id() const {
  const PeerLine line = parts_.facts.peer_line();
  const auto log = parts_.facts.log();
  json::object body;
  body["name"] = parts_.facts.name;
  body["observer"] = !log;
  body["log_id"] = log ? to_text(*log) : "";
  body["vkey"] = line.vkey ? line.vkey->text() : "";
  body["node_key"] = to_text(line.node_key);
  body["address"] = parts_.facts.address;
  body["peer_line"] = line.text();
  return json_response(body);
}

asio::awaitable<HttpResponse> Api::status() {
  const NetworkStatus network = co_await ask_network();
  Directory directory(*parts_.store);
  const auto own_log = parts_.facts.log();
  const auto own = own_log ? parts_.store->log_state(*own_log) : Result<LogState>(LogState());
  const auto counts = parts_.store->counts();
  const auto position = parts_.index->position();
  if (!own.ok()) co_return problem(own.error());
  if (!counts.ok()) co_return problem(counts.error());
  if (!position.ok()) co_return problem(position.error());
  json::object body;
  body["name"] = parts_.facts.name;
  body["observer"] = !own_log;
  body["log_id"] = own_log ? to_text(*own_log) : "";
  body["version"] = parts_.facts.version;
  body["peer_port"] = parts_.facts.peer_port;
  body["http_port"] = parts_.facts.http_port;
  body["entries"] = own->range.size().value;
  body["checkpoint"] = own->whole ? own->whole->note : "";
  const auto stopped = parts_.writer.signing_stopped();
  body["signing"] = !own_log  ? "never: an observer publishes nothing"
                    : stopped ? "stopped: " + stopped->message
                              : "ready";
  std::uint64_t connected = 0;
  for (const auto& peer : network.peers) connected += peer.connected ? 1 : 0;
  body["peers"] = network.peers.size();
  body["peers_connected"] = connected;
  body["cities"] = counts->logs;
  body["records"] = counts->records;
  body["store_bytes"] = counts->bytes;
  body["index_lag"] = index_lag(*position);
  const auto filter = parse_filter(network.topics);
  const auto topics = filter.ok() ? topic_states(*filter) : Result<json::array>(filter.error());
  if (!topics.ok()) co_return problem(topics.error());
  body["topics"] = *topics;
  body["bodies_missing"] = network.bodies_missing;
  json::array frozen;
  for (const auto& [log, size] : network.frozen) frozen.emplace_back(directory.city(log));
  body["frozen"] = std::move(frozen);
  co_return json_response(body);
}

// Records that arrived and are not indexed yet; counted over a thousand arrivals at most.
std::uint64_t Api::index_lag(ArrivalSeq indexed) {
  const auto behind = parts_.store->arrivals(indexed, kLagArrivals);
  std::uint64_t lag = 0;
  if (behind.ok()) {
    for (const auto& arrival : *behind) lag += arrival.count;
  }
  return lag;
}

asio::awaitable<HttpResponse> Api::metrics() {
  MetricsInput input;
  input.network = co_await ask_network();
  const auto counts = parts_.store->counts();
  const auto position = parts_.index->position();
  if (!counts.ok()) co_return problem(counts.error());
  if (!position.ok()) co_return problem(position.error());
  input.store = *counts;
  input.index_lag = index_lag(*position);
  const auto own_log = parts_.facts.log();
  const auto own = own_log ? parts_.store->log_state(*own_log) : Result<LogState>(LogState());
  if (own.ok()) input.own_entries = own->range.size().value;
  input.signing = own_log && !parts_.writer.signing_stopped();
  co_return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(input), {}};
}

asio::awaitable<HttpResponse> Api::peers() {
  const NetworkStatus network = co_await ask_network();
  Directory directory(*parts_.store);
  json::array items;
  for (const PeerStatus& peer : network.peers) {
    json::object item;
    item["name"] = peer.name;
    item["log_id"] = peer.log ? to_text(*peer.log) : "";
    item["observer"] = !peer.log;
    item["node_key"] = to_text(peer.node_key);
    item["address"] = peer.address;
    item["vouch"] = peer.vouch;
    item["connected"] = peer.connected;
    item["state"] = peer.state;
    item["agent"] = peer.agent;
    item["bytes_in"] = peer.bytes_in;
    item["bytes_out"] = peer.bytes_out;
    item["bytes_queued"] = peer.queued;
    item["journal_cursor"] = peer.cursor;
    item["wants"] = peer.wants;
    item["counts"] = counts_json(peer.counts);
    item["shunned"] = peer.shunned;
    item["sessions"] = peer.conduct.sessions;
    item["lies"] = peer.conduct.lies;
    item["last_lie"] = peer.conduct.last_lie;
    const auto held = peer.log ? parts_.store->log_state(*peer.log) : Result<LogState>(LogState());
    item["entries"] = held.ok() ? held->range.size().value : 0;
    items.push_back(std::move(item));
  }
  co_return json_response({{"items", std::move(items)}});
}

asio::awaitable<HttpResponse> Api::cities() {
  const NetworkStatus network = co_await ask_network();
  Directory directory(*parts_.store);
  json::array items;
  for (const TrustedCity& city : network.trusted) {
    const auto state = parts_.store->log_state(city.log);
    if (!state.ok()) continue;  // trusted, but nothing of it has come yet
    json::object item;
    item["city"] = directory.city(city.log);
    item["log_id"] = to_text(city.log);
    item["vkey"] = state->identity.vkey().text();
    item["entries"] = state->range.size().value;
    item["frozen"] = state->frozen;
    const auto same = parts_.store->logs_named(state->identity.name);
    item["name_claimed_twice"] = same.ok() && same->size() > 1;
    const auto profile = parts_.index->latest(city.log, v1::KIND_PROFILE);
    const auto indexed = profile.ok() && *profile
                             ? parts_.index->get(city.log, **profile)
                             : Result<std::optional<IndexedRecord>>(std::optional<IndexedRecord>());
    item["display_name"] = indexed.ok() && *indexed ? (*indexed)->title : "";
    json::array path;
    for (const LogId& hop : city.path) path.emplace_back(directory.city(hop));
    item["trust_path"] = std::move(path);
    items.push_back(std::move(item));
  }
  co_return json_response({{"items", std::move(items)}});
}

// --- records ---

Result<IndexQuery> Api::read_query(Directory& directory, const HttpRequest& request) {
  IndexQuery query;
  query.words = request.param("q");
  if (query.words.size() > limits::kSearchBytes)
    return fail(Code::kTooLarge, "a search has at most 1024 bytes", "q");
  if (!is_utf8(query.words)) return fail(Code::kMalformed, "it is not UTF-8", "q");
  if (const auto topic = request.param("topic"); !topic.empty())
    query.topic = Vocabulary::builtin().canonical(topic);
  if (const auto city = request.param("city"); !city.empty()) {
    KOINON_ASSIGN(const LogState log, directory.find_city(city));
    query.log = log.id;
  }
  if (const auto kind = request.param("kind"); !kind.empty()) {
    KOINON_ASSIGN(query.kind, parse_kind(kind));
  }
  query.limit = limits::kPageSize;
  if (const auto limit = request.param("limit"); !limit.empty()) {
    const auto number = parse_decimal(limit);
    if (!number.ok() || *number == 0 || *number > limits::kPageSizeMax) {
      return fail(Code::kInvalidArgument, "it is a number from 1 to 1000", "limit");
    }
    query.limit = *number;
  }
  if (const auto cursor = request.param("cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    query.before = ArrivalSeq(*number);
  }
  return query;
}

Result<HttpResponse> Api::records(const HttpRequest& request) {
  Directory directory(*parts_.store);
  KOINON_ASSIGN(const IndexQuery query, read_query(directory, request));
  KOINON_ASSIGN(const auto found, parts_.index->find(query));
  json::array items;
  for (const IndexedRecord& record : found) items.push_back(summary_json(directory, record));
  json::object body;
  body["items"] = std::move(items);
  // A search is ranked and has one page; a list goes on below its last arrival.
  if (query.words.empty() && found.size() == query.limit)
    body["next"] = std::to_string(found.back().arrival.value);
  return json_response(body);
}

Result<HttpResponse> Api::record(const HttpRequest& request) {
  Directory directory(*parts_.store);
  KOINON_ASSIGN(const auto found, directory.find_ref(request.path[3] + "/" + request.path[4]));
  const std::string part = request.path.size() > 5 ? request.path[5] : "";
  if (request.path.size() > 6) return no_such_address();
  if (part == "proof") return proof(directory, found);
  KOINON_ASSIGN(const StoredRecord stored, shown_record(*parts_.store, found.log.id, found.index));
  if (part == "entry") return HttpResponse{200, "application/octet-stream", stored.entry, {}};
  if (part == "body") {
    if (stored.body.empty()) return fail(Code::kNotFound, "the note itself is not held here", "body");
    return HttpResponse{200, "application/octet-stream", stored.body, {}};
  }
  if (part == "markdown") {
    KOINON_ASSIGN(const NoteFile note, record_note(directory, stored));
    return HttpResponse{200, "text/markdown; charset=utf-8", format_note_file(note), {}};
  }
  if (!part.empty()) return no_such_address();
  KOINON_ASSIGN(const auto body,
                record_json(directory, *parts_.store, *parts_.index, found.log.id, found.index));
  return json_response(body);
}

// A standard tlog-proof against the newest head that has the entry.
Result<HttpResponse> Api::proof(Directory&, const Directory::Found& found) {
  const auto& whole = found.log.whole;
  if (!whole || whole->size.value <= found.index.value) {
    return fail(Code::kUnavailable, "the log is still being fetched up to its head; try again soon", "proof");
  }
  KOINON_ASSIGN(const StoredRecord record, parts_.store->record(found.log.id, found.index));
  TlogProof out;
  out.extra = record.entry;
  out.index = found.index;
  KOINON_ASSIGN(out.path, parts_.store->inclusion(found.log.id, found.index, whole->size));
  out.checkpoint = whole->note;
  return HttpResponse{200, "text/plain; charset=utf-8", out.encode(), {}};
}

// --- events ---

// Arrivals from Last-Event-ID on (or `after`; without either, from now), in order, once the index has them.
std::optional<Result<EventSource>> Api::events(const HttpRequest& request) {
  if (request.method != "GET" || !is_api(request, "events") || request.path.size() != 3) return std::nullopt;
  std::string after = request.header("last-event-id");
  if (after.empty()) after = request.param("after");
  const auto newest = parts_.index->position();
  if (!newest.ok()) return Result<EventSource>(newest.error());
  std::uint64_t start = newest->value;
  if (!after.empty()) {
    const auto number = parse_decimal(after);
    if (!number.ok())
      return Result<EventSource>(fail(Code::kInvalidArgument, "it is a number", "Last-Event-ID"));
    start = *number;
  }
  const std::string topic =
      request.param("topic").empty() ? "" : Vocabulary::builtin().canonical(request.param("topic"));
  return Result<EventSource>([this, topic, last = start]() mutable -> Result<std::string> {
    std::string out;
    KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index->position());
    if (indexed.value <= last) return out;
    KOINON_ASSIGN(const auto arrivals, parts_.store->arrivals(ArrivalSeq(last), kEventsAtOnce));
    Directory directory(*parts_.store);
    std::size_t sent = 0;
    for (const Arrival& arrival : arrivals) {
      for (std::uint64_t i = 0; i < arrival.count && sent < kEventsAtOnce; ++i, ++sent) {
        if (arrival.first.value + i > indexed.value) return out;
        last = arrival.first.value + i;
        KOINON_ASSIGN(const auto record, parts_.index->get(arrival.log, EntryIndex(arrival.from.value + i)));
        if (!record) continue;
        const bool wanted =
            topic.empty() || std::any_of(record->topics.begin(), record->topics.end(),
                                         [&](const auto& t) { return topic_covers(topic, t); });
        if (!wanted) continue;
        json::object item = summary_json(directory, *record);
        item["arrival"] = last;
        out += "id: " + std::to_string(last) + "\nevent: record\ndata: " + json::serialize(item) + "\n\n";
      }
    }
    // Passed without anything to say: the client's place moves all the same.
    if (out.empty() && sent > 0) out = "id: " + std::to_string(last) + "\n\n";
    return out;
  });
}

}  // namespace koinon
