// What requests ask the network, and what they tell it. A node that only reads has no network; it answers
// what its store says (daemon/reader_network.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "crypto/invite.h"
#include "node/transport/network_view.h"

namespace koinon {

class Network;

// Any thread. It must live longer than every request.
class NetworkQuestions {
 public:
  template <typename Answer>
  using Later = boost::asio::awaitable<Answer>;

  virtual ~NetworkQuestions() = default;

  virtual Later<NetworkStatus> status() = 0;
  virtual Later<CityStanding> standing(LogId log, StandingWish wish = {}) = 0;
  virtual Later<TrustPaths> paths(std::vector<LogId> logs) = 0;
  virtual Later<TrustGraph> graph(std::optional<LogId> own, std::size_t most) = 0;
  // Whether peers reach us at this address; see Network::ask_reaches.
  virtual Later<ReachView> reaches(std::string address) = 0;
  // The topics that this node wants, as text.
  virtual Later<std::string> topics() = 0;
  virtual Later<std::optional<FileFetching>> file(AttachmentId id) = 0;
  // See Network::join.
  virtual Later<Result<std::string>> join(InviteLine invite, std::string own_line) = 0;

  // As those of Network, which say what they do.
  virtual void add_peer(PeerRecord peer) = 0;
  virtual void remove_peer(NodeKey key) = 0;
  virtual void set_blocked(LogId log, bool blocked) = 0;
  virtual void thawed(LogId log) = 0;
  virtual void set_filter(BodyFilter filter) = 0;
  virtual void want_file(AttachmentWant want) = 0;
  virtual void take_word(std::vector<NodeKey> without, bool alone) = 0;
  virtual void add_invite(InviteRecord invite) = 0;
  virtual void end_invite(NodeKey key) = 0;
};

// Questions are answered on the network's thread.
class AskedNetwork final : public NetworkQuestions {
 public:
  // `network` must live longer than this.
  explicit AskedNetwork(Network& network) : network_(network) {}

  Later<NetworkStatus> status() override;
  Later<CityStanding> standing(LogId log, StandingWish wish) override;
  Later<TrustPaths> paths(std::vector<LogId> logs) override;
  Later<TrustGraph> graph(std::optional<LogId> own, std::size_t most) override;
  Later<ReachView> reaches(std::string address) override;
  Later<std::string> topics() override;
  Later<std::optional<FileFetching>> file(AttachmentId id) override;
  Later<Result<std::string>> join(InviteLine invite, std::string own_line) override;
  void add_peer(PeerRecord peer) override;
  void remove_peer(NodeKey key) override;
  void set_blocked(LogId log, bool blocked) override;
  void thawed(LogId log) override;
  void set_filter(BodyFilter filter) override;
  void want_file(AttachmentWant want) override;
  void take_word(std::vector<NodeKey> without, bool alone) override;
  void add_invite(InviteRecord invite) override;
  void end_invite(NodeKey key) override;

 private:
  Network& network_;
};

}  // namespace koinon
