#include "tools/bench/peering.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <boost/json.hpp>

#include "tools/api_client.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes kConnectDeadline{1};
constexpr std::chrono::milliseconds kConnectPoll{50};

}  // namespace

Result<std::string> peer_line_without_address(const NodeProcess& node) {
  KOINON_ASSIGN(const auto id, ApiClient(node.data()).get_json("/api/v1/id"));
  return std::string(id.at("peer_line").as_string());
}

Result<std::string> peer_line(const NodeProcess& node) {
  KOINON_ASSIGN(const std::uint16_t port, node.wait_until_ready());
  return peer_line_at(node, port);
}

Result<std::string> peer_line_at(const NodeProcess& node, std::uint16_t port) {
  KOINON_ASSIGN(std::string line, peer_line_without_address(node));
  return line.insert(line.rfind('#'), "@127.0.0.1:" + std::to_string(port));
}

Status add_peer(const NodeProcess& node, const std::string& line, bool vouch) {
  const auto added =
      ApiClient(node.data()).post_json("/api/v1/peers", json::object{{"line", line}, {"vouch", vouch}});
  if (!added.ok()) return added.error();
  return {};
}

Status wait_for_peers(const NodeProcess& node, std::size_t count) {
  const ApiClient client(node.data());
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kConnectDeadline) {
    KOINON_ASSIGN(const auto answer, client.get_json("/api/v1/peers"));
    const auto& peers = answer.at("items").as_array();
    const auto connected = std::count_if(
        peers.begin(), peers.end(), [](const json::value& peer) { return peer.at("connected").as_bool(); });
    if (static_cast<std::size_t>(connected) >= count) return {};
    std::this_thread::sleep_for(kConnectPoll);
  }
  return fail(Code::kUnavailable, "the peers did not connect in a minute", node.data().string());
}

}  // namespace koinon
