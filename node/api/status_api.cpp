#include "node/api/status_api.h"

#include <filesystem>

#include <boost/json.hpp>

#include "node/api/alarms.h"
#include "node/api/clock_json.h"
#include "node/api/json_response.h"
#include "node/api/network_questions.h"
#include "node/api/subscriptions_json.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// `told` gets the error that the text names.
std::string signing_text(const StoreWriter& writer, bool has_log, std::vector<Error>& told) {
  if (!has_log) return "never: an observer publishes nothing";
  const auto stopped = writer.signing_stopped();
  const auto waits = stopped ? std::nullopt : writer.signing_waits();
  if (!stopped && !waits) return "ready";
  told.push_back(stopped ? *stopped : *waits);
  return (stopped ? "stopped: " : "waits: ") + told.back().message;
}

}  // namespace

void StatusApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/api/v1/status",
               .need = Need::kOperator,
               .id = "getStatus",
               .tag = "operating",
               .summary = "How the node is",
               .gives = "Status"},
              handler(this, &StatusApi::status)});
}

asio::awaitable<HttpResponse> StatusApi::status(ApiRequest) {
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
  std::vector<Error> told;
  body["signing"] = signing_text(parts_.writer, own_log.has_value(), told);
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
  const auto topics = filter.ok() ? read_topics(*parts_.store, parts_.nearness, *filter)
                                  : Result<std::vector<TopicView>>(filter.error());
  if (!topics.ok()) co_return problem(topics.error());
  body["topics"] = topics_json(*topics);
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
    if (alarm.why) told.push_back(*alarm.why);
  }
  body["alarms"] = std::move(alarms);
  body["clock"] = clock_json(parts_.clock_questions.standing(), parts_.clock.wall());
  HttpResponse response = json_response(body);
  response.told = std::move(told);
  co_return response;
}

}  // namespace koinon
