#include "node/daemon/reader_network.h"

#include <utility>

#include "node/api/reader_rule.h"

namespace koinon {
namespace asio = boost::asio;

asio::awaitable<NetworkStatus> ReaderNetwork::status() {
  const auto trust = trust_();
  NetworkStatus out;
  out.trusted = trust->policy.admitted().size();
  for (const auto& [log, size] : trust->frozen) out.frozen.emplace(log, size.value);
  out.for_good.assign(trust->for_good.begin(), trust->for_good.end());
  out.thawed.assign(trust->thawed.begin(), trust->thawed.end());
  out.blocked.assign(trust->policy.blocked().begin(), trust->policy.blocked().end());
  co_return out;
}

asio::awaitable<CityStanding> ReaderNetwork::standing(LogId log, StandingWish wish) {
  const auto trust = trust_();
  CityStanding out;
  put_trust(trust->policy, log, wish, wall_(), out);
  out.log.frozen = trust->frozen.contains(log);
  out.log.for_good = trust->for_good.contains(log);
  out.log.thawed = trust->thawed.contains(log);
  for (const PeerRecord& peer : trust->peers) {
    out.peers.emplace(peer.node_key, peer.name);
    if (peer.log) out.cities.emplace(peer.node_key, *peer.log);
  }
  co_return out;
}

asio::awaitable<TrustPaths> ReaderNetwork::paths(std::vector<LogId> logs) {
  const auto trust = trust_();
  TrustPaths out = paths_of(trust->policy, logs);
  out.for_good = trust->for_good;
  co_return out;
}

asio::awaitable<TrustGraph> ReaderNetwork::graph(std::optional<LogId> own, std::size_t most) {
  const auto trust = trust_();
  co_return graph_of(trust->policy, trust->peer_logs(), own, wall_(), most);
}

asio::awaitable<ReachView> ReaderNetwork::reaches(std::string address) {
  ReachView out;
  out.address = std::move(address);
  co_return out;
}

asio::awaitable<std::string> ReaderNetwork::topics() { co_return BodyFilter().text(); }

asio::awaitable<std::optional<FileFetching>> ReaderNetwork::file(AttachmentId) { co_return std::nullopt; }

asio::awaitable<Result<std::string>> ReaderNetwork::join(InviteLine, std::string) {
  co_return for_the_writer({});
}

}  // namespace koinon
