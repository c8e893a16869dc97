#include "node/api/api.h"

#include <algorithm>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "crypto/tlog_proof.h"
#include "node/api/accounts_api.h"
#include "node/api/alarms.h"
#include "node/api/metrics.h"
#include "node/api/network_questions.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

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

// --- the node itself ---

asio::awaitable<HttpResponse> Api::health(ApiRequest) {
  const auto reading = parts_.store->journal();
  co_return reading.ok() ? HttpResponse{200, "text/plain", "ok\n", {}} : problem(reading.error());
}

// Whoever reads only asks /healthz. What exactly is the matter is an operator's to know.
Result<HttpResponse> Api::ready(const ApiRequest& request) {
  KOINON_TRY(parts_.store->counts());
  const bool in_full = request.caller.role == Role::kOperator;
  std::string critical;
  std::string lines = "ready\n";
  for (const Alarm& alarm : parts_.alarms()) {
    const std::string said = in_full ? alarm.id + ": " + alarm.text : alarm.id;
    lines += std::string(severity_text(alarm.severity)) + " " + said + "\n";
    if (alarm.severity == Severity::kCritical) critical += (critical.empty() ? "" : "; ") + said;
  }
  if (!critical.empty()) return fail(Code::kUnavailable, critical, "alarms");
  return HttpResponse{200, "text/plain", lines, {}};
}

Result<HttpResponse> Api::topics(const ApiRequest& request) {
  json::array items;
  for (const Topic& topic : Vocabulary::builtin().topics()) {
    json::object labels;
    for (const auto& [language, label] : topic.labels) labels[language] = label;
    items.push_back(json::object{{"topic", topic.slug},
                                 {"labels", std::move(labels)},
                                 {"aliases", json::array(topic.aliases.begin(), topic.aliases.end())},
                                 {"sdgs", json::array(topic.sdgs.begin(), topic.sdgs.end())}});
  }
  return conditional(request, json_response({{"items", std::move(items)}}));
}

Result<HttpResponse> Api::id(const ApiRequest&) {
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
  body["spoken"] = spoken(line.node_key);
  return json_response(body);
}

namespace {

std::string signing_text(const StoreWriter& writer, bool has_log) {
  if (!has_log) return "never: an observer publishes nothing";
  if (const auto stopped = writer.signing_stopped()) return "stopped: " + stopped->message;
  if (const auto waits = writer.signing_waits()) return "waits: " + waits->message;
  return "ready";
}

}  // namespace

json::object clock_json(const ClockStanding& standing, UnixMillis now) {
  json::array because;
  for (const ClockDoubt doubt : standing.because) because.emplace_back(clock_doubt_text(doubt));
  return {{"now", time_text(now)},
          {"off", standing.off()},
          {"behind_seconds", std::chrono::duration_cast<std::chrono::seconds>(standing.behind).count()},
          {"because", std::move(because)},
          {"signing_waits", standing.signing_waits}};
}

asio::awaitable<HttpResponse> Api::status(ApiRequest) {
  const NetworkStatus network = co_await ask_network(&parts_.network);
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
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
  body["signing"] = signing_text(parts_.writer, own_log.has_value());
  std::uint64_t connected = 0;
  for (const auto& peer : network.peers) connected += peer.connected ? 1 : 0;
  body["peers"] = network.peers.size();
  body["peers_connected"] = connected;
  body["cities"] = counts->logs;
  body["records"] = counts->records;
  body["store_bytes"] = counts->bytes;
  std::error_code unknown;
  const auto space = std::filesystem::space(parts_.facts.folder, unknown);
  body["disk_free_bytes"] = unknown ? 0 : space.available;
  body["disk_reserve_bytes"] = parts_.writer.reserve_bytes();
  body["index_lag"] = index_lag(*parts_.store, *position);
  const auto filter = parse_filter(network.topics);
  const auto topics = filter.ok() ? topic_states(*filter) : Result<json::array>(filter.error());
  if (!topics.ok()) co_return problem(topics.error());
  body["topics"] = *topics;
  body["bodies_missing"] = network.bodies_missing;
  json::array frozen;
  for (const auto& [log, size] : network.frozen) frozen.emplace_back(directory.city(log));
  body["frozen"] = std::move(frozen);
  json::array alarms;
  for (const Alarm& alarm : parts_.alarms()) {
    json::object arguments;
    for (const auto& [name, value] : alarm.arguments)
      std::visit([&, key = name](const auto& one) { arguments[key] = one; }, value);
    alarms.push_back(json::object{{"id", alarm.id},
                                  {"severity", severity_text(alarm.severity)},
                                  {"text", alarm.text},
                                  {"since", time_text(alarm.since)},
                                  {"arguments", std::move(arguments)}});
  }
  body["alarms"] = std::move(alarms);
  body["clock"] = clock_json(parts_.clock_questions.standing(), parts_.clock.wall());
  co_return json_response(body);
}

asio::awaitable<HttpResponse> Api::metrics(ApiRequest) {
  MetricsInput input;
  input.network = co_await ask_network(&parts_.network);
  const auto counts = parts_.store->counts();
  const auto position = parts_.index->position();
  if (!counts.ok()) co_return problem(counts.error());
  if (!position.ok()) co_return problem(position.error());
  input.store = *counts;
  input.index_lag = index_lag(*parts_.store, *position);
  input.alarms = parts_.alarms();
  const auto own_log = parts_.facts.log();
  const auto own = own_log ? parts_.store->log_state(*own_log) : Result<LogState>(LogState());
  if (own.ok()) input.own_entries = own->range.size().value;
  input.clock = parts_.clock_questions.standing();
  input.signing = own_log && !parts_.writer.signing_stopped() && !input.clock.signing_waits;
  input.password_checks = parts_.commons.passwords_checked;
  input.work = sqlite::work_done();
  co_return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(input), {}};
}

asio::awaitable<HttpResponse> Api::peers(ApiRequest) {
  const NetworkStatus network = co_await ask_network(&parts_.network);
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
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
    item["state_at"] = time_text(peer.state_at);
    item["trouble"] = trouble_name(peer.trouble);
    if (peer.trouble == PeerTrouble::kNotPinnedThere) item["send"] = parts_.facts.peer_line().text();
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
  json::array knocks;
  for (const Knock& knock : network.knocks) {
    knocks.push_back(json::object{{"node_key", to_text(knock.key)},
                                  {"spoken", spoken(knock.key)},
                                  {"address", knock.address},
                                  {"count", knock.count},
                                  {"first_at", time_text(knock.first)},
                                  {"last_at", time_text(knock.last)}});
  }
  co_return json_response({{"items", std::move(items)}, {"knocks", std::move(knocks)}});
}

// --- records ---

Result<IndexQuery> Api::read_query(Directory& directory, const ApiRequest& request) {
  IndexQuery query;
  KOINON_TRY(read_scope(directory, request, query));
  KOINON_ASSIGN(query.limit, read_limit(request, limits::kPageSize, limits::kPageSizeMax));
  if (const auto cursor = request.param("cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    query.before = ArrivalSeq(*number);
  }
  return query;
}

Result<HttpResponse> Api::records(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const IndexQuery query, read_query(directory, request));
  KOINON_ASSIGN(const auto found, parts_.index->find(query));
  json::array items;
  ListBudget budget;
  for (const IndexedRecord& record : found) {
    json::object item = summary_json(directory, record);
    if (!budget.takes(item)) break;
    items.push_back(std::move(item));
  }
  json::object body;
  // A search is ranked and has one page; a list goes on below the last arrival that it shows.
  if (query.words.empty() && !found.empty() && (found.size() == query.limit || items.size() < found.size()))
    body["next"] = std::to_string(found[items.size() - 1].arrival.value);
  body["items"] = std::move(items);
  return conditional(request, json_response(body));
}

Result<HttpResponse> Api::record(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
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
  const bool brief = request.param("texts") == "brief";
  KOINON_ASSIGN(auto body,
                record_json(directory, *parts_.store, *parts_.index, found.log.id, found.index, brief));
  if (!brief && request.caller.user.value != 0) {
    KOINON_ASSIGN(body["watched"], shared_.desk.is_watched(request.caller.user, found.log.id, found.index));
  }
  return conditional(request, json_response(body));
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

}  // namespace koinon
