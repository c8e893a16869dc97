#include "node/api/network_questions.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/transport/network.h"

namespace koinon {
namespace asio = boost::asio;

asio::awaitable<NetworkStatus> AskedNetwork::status() {
  Network* network = &network_;
  const auto ask = [network]() -> asio::awaitable<NetworkStatus> { co_return network->status(); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<CityStanding> AskedNetwork::standing(LogId log, StandingWish wish) {
  Network* network = &network_;
  const auto ask = [network, log, wish]() -> asio::awaitable<CityStanding> {
    co_return network->standing(log, wish);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<TrustPaths> AskedNetwork::paths(std::vector<LogId> logs) {
  Network* network = &network_;
  const auto ask = [network, logs = std::move(logs)]() -> asio::awaitable<TrustPaths> {
    co_return network->paths(logs);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<TrustGraph> AskedNetwork::graph(std::optional<LogId> own, std::size_t most) {
  Network* network = &network_;
  const auto ask = [network, own, most]() -> asio::awaitable<TrustGraph> {
    co_return network->graph(own, most);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<ReachView> AskedNetwork::reaches(std::string address) {
  Network* network = &network_;
  const auto ask = [network, address = std::move(address)]() -> asio::awaitable<ReachView> {
    co_return co_await network->ask_reaches(address);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<std::string> AskedNetwork::topics() {
  Network* network = &network_;
  const auto ask = [network]() -> asio::awaitable<std::string> { co_return network->filter().text(); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<std::optional<FileFetching>> AskedNetwork::file(AttachmentId id) {
  Network* network = &network_;
  using Standing = std::optional<FileFetching>;
  const auto ask = [network, id]() -> asio::awaitable<Standing> { co_return network->file(id); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<Result<std::string>> AskedNetwork::join(InviteLine invite, std::string own_line) {
  Network* network = &network_;
  // Asio makes what it passes between threads without an argument; a Result has no such value.
  using Joined = std::optional<Result<std::string>>;
  const auto ask = [network, invite = std::move(invite),
                    text = std::move(own_line)]() -> asio::awaitable<Joined> {
    co_return co_await network->join(invite, text);
  };
  Joined joined = co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
  co_return std::move(*joined);
}

void AskedNetwork::add_peer(PeerRecord peer) { network_.add_peer(std::move(peer)); }
void AskedNetwork::remove_peer(NodeKey key) { network_.remove_peer(key); }
void AskedNetwork::set_blocked(LogId log, bool blocked) { network_.set_blocked(log, blocked); }
void AskedNetwork::thawed(LogId log) { network_.thawed(log); }
void AskedNetwork::set_filter(BodyFilter filter) { network_.set_filter(std::move(filter)); }
void AskedNetwork::want_file(AttachmentWant want) { network_.want_file(std::move(want)); }
void AskedNetwork::take_word(std::vector<NodeKey> without, bool alone) {
  network_.take_word(std::move(without), alone);
}
void AskedNetwork::add_invite(InviteRecord invite) { network_.add_invite(std::move(invite)); }
void AskedNetwork::end_invite(NodeKey key) { network_.end_invite(key); }

}  // namespace koinon
