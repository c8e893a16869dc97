#include "node/api/status_api.h"

#include <algorithm>
#include <filesystem>

#include "node/api/network_questions.h"

namespace koinon {
namespace asio = boost::asio;

StatusApi::StatusApi(ApiShared& shared)
    : get({.method = "GET",
           .pattern = "/api/v1/status",
           .need = Need::kOperator,
           .id = "getStatus",
           .tag = "operating",
           .summary = "How the node is",
           .gives = "Status"},
          this, &StatusApi::status),
      parts_(shared.parts) {}

Result<NodeView> StatusApi::node() const {
  NodeView out;
  out.name = parts_.facts.name;
  out.log = parts_.facts.log();
  out.version = parts_.facts.version;
  out.peer_port = parts_.facts.peer_port;
  out.http_port = parts_.facts.http_port;
  if (!out.log) return out;
  const auto own = parts_.store->log_state(*out.log);
  if (!own.ok() && own.error().code == Code::kNotFound) return out;  // made anew from its keys: it comes back
  if (!own.ok()) return own.error();
  out.entries = own->range.size().value;
  if (own->whole) out.checkpoint = own->whole->note;
  return out;
}

Result<StockView> StatusApi::stock() const {
  StockView out;
  KOINON_ASSIGN(const auto counts, parts_.store->counts());
  KOINON_ASSIGN(const auto position, parts_.index->position());
  out.cities = counts.logs;
  out.records = counts.records;
  out.store_bytes = counts.bytes;
  std::error_code unknown;
  const auto space = std::filesystem::space(parts_.facts.folder, unknown);
  out.disk_free_bytes = unknown ? 0 : space.available;
  out.disk_reserve_bytes = parts_.writer.reserve_bytes();
  out.index_lag = index_lag(*parts_.store, position);
  return out;
}

Result<StoreView> StatusApi::store() const {
  StoreView out{parts_.facts.store, parts_.facts.store_on_server, {}, parts_.facts.started_over};
  KOINON_ASSIGN(out.lag, parts_.store->lag());
  return out;
}

asio::awaitable<Result<StatusView>> StatusApi::status(Asker, Nothing) {
  const NetworkStatus network = co_await parts_.network.status();
  auto node_view = node();
  if (!node_view.ok()) co_return node_view.error();
  auto stock_view = stock();
  if (!stock_view.ok()) co_return stock_view.error();
  auto store_view = store();
  if (!store_view.ok()) co_return store_view.error();
  const auto filter = parse_filter(network.topics);
  if (!filter.ok()) co_return filter.error();
  auto topics = read_topics(*parts_.store, parts_.nearness, *filter);
  if (!topics.ok()) co_return topics.error();
  auto node_key = waiting_node_key(parts_);
  if (!node_key.ok()) co_return node_key.error();
  StatusView out;
  out.node_key = std::move(*node_key);
  out.node = std::move(*node_view);
  out.store = std::move(*store_view);
  out.signing = signing_of(parts_);
  out.peers = network.peers.size();
  out.peers_connected = static_cast<std::size_t>(std::count_if(
      network.peers.begin(), network.peers.end(), [](const auto& one) { return one.connected; }));
  out.stock = *stock_view;
  out.stock.bodies_missing = network.bodies_missing;
  out.topics = std::move(*topics);
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  for (const auto& [log, size] : network.frozen) out.frozen.push_back(directory.city(log));
  for (const LogId& log : network.for_good) out.for_good.push_back(directory.city(log));
  for (const LogId& log : network.thawed) out.thawed.push_back(directory.city(log));
  out.alarms = parts_.alarms();
  out.clock = parts_.clock_questions.standing();
  out.standing = parts_.signing.now();
  out.witnesses = parts_.witnesses();
  if (parts_.witness) out.witness = parts_.witness();
  out.now = parts_.clock.wall();
  co_return out;
}

}  // namespace koinon
