#include "node/api/status_json.h"

#include <boost/json.hpp>

#include "node/api/clock_json.h"
#include "node/api/json_response.h"
#include "node/api/keys_json.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/standing_json.h"
#include "node/api/status_api.h"
#include "node/api/subscriptions_json.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object alarm_json(const Alarm& alarm) {
  json::object arguments;
  for (const auto& [name, value] : alarm.arguments)
    std::visit([&, key = name](const auto& one) { arguments[key] = one; }, value);
  return {{"id", alarm.id},
          {"severity", severity_text(alarm.severity)},
          {"text", alarm.text},
          {"since", time_text(alarm.since)},
          {"arguments", std::move(arguments)}};
}

json::array witnesses_json(const std::vector<WitnessStanding>& witnesses) {
  json::array out;
  for (const WitnessStanding& one : witnesses) {
    json::object witness{{"names", json::array(one.names.begin(), one.names.end())},
                         {"url", one.url},
                         {"entries", one.size.value},
                         {"cosigned", one.cosigned},
                         {"failed", one.failed},
                         {"works", one.works},
                         {"told", one.told}};
    if (one.at) witness["at"] = time_text(*one.at);
    out.push_back(std::move(witness));
  }
  return out;
}

json::object witness_json(const WitnessView& witness) {
  return {{"vkey", witness.vkey},
          {"port", witness.port},
          {"logs", witness.logs},
          {"cosigned", witness.cosigned},
          {"trouble", witness.trouble}};
}

json::object store_json(const StoreView& store) {
  json::object out{{"place", store.place},
                   {"on_server", store.on_server},
                   {"standby", store.lag.standby},
                   {"behind_seconds", std::chrono::duration<double>(store.lag.behind).count()},
                   {"started_over", store.started_over}};
  if (!store.lag.writer.empty()) out["writer"] = store.lag.writer;
  return out;
}

HttpResponse status_answer(const ApiRequest&, const StatusView& view) {
  const NodeView& node = view.node;
  const StockView& stock = view.stock;
  json::array alarms;
  for (const Alarm& alarm : view.alarms) alarms.push_back(alarm_json(alarm));
  json::object out{{"name", node.name},
                   {"observer", !node.log},
                   {"log_id", node.log ? to_text(*node.log) : ""},
                   {"version", node.version},
                   {"peer_port", node.peer_port},
                   {"http_port", node.http_port},
                   {"entries", node.entries},
                   {"checkpoint", node.checkpoint},
                   {"signing", signing_text(view.signing)},
                   {"peers", view.peers},
                   {"peers_connected", view.peers_connected},
                   {"cities", stock.cities},
                   {"records", stock.records},
                   {"store_bytes", stock.store_bytes},
                   {"store", store_json(view.store)},
                   {"disk_free_bytes", stock.disk_free_bytes},
                   {"disk_reserve_bytes", stock.disk_reserve_bytes},
                   {"index_lag", stock.index_lag},
                   {"topics", topics_json(view.topics)},
                   {"bodies_missing", stock.bodies_missing},
                   {"frozen", json::array(view.frozen.begin(), view.frozen.end())},
                   {"for_good", json::array(view.for_good.begin(), view.for_good.end())},
                   {"thawed", json::array(view.thawed.begin(), view.thawed.end())},
                   {"alarms", std::move(alarms)},
                   {"clock", clock_json(view.clock, view.now)},
                   {"standing", standing_json(view.standing)},
                   {"witnesses", witnesses_json(view.witnesses)}};
  if (view.node_key) out["node_key"] = node_key_wait_json(*view.node_key);
  if (view.witness) out["witness"] = witness_json(*view.witness);
  return json_response(out);
}

}  // namespace

void add_status_routes(RouteTable& routes, CallGate& gate, const StatusApi& status) {
  add_route(routes, gate, status.get, read_nothing, status_answer);
}

}  // namespace koinon
