// The network thread: the engine with its sockets, timers and peers to dial.
//
// Everything here but the constructor, start, stop and the functions marked "any thread" runs on the one
// thread that owns the io_context.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "crypto/invite.h"
#include "node/engine/engine.h"
#include "node/replication/tick.h"
#include "node/transport/connection.h"
#include "node/transport/dialling.h"
#include "node/transport/handshakes.h"
#include "node/transport/joining.h"
#include "node/transport/knocks.h"
#include "node/transport/network_view.h"
#include "node/transport/peers.h"
#include "proto/base/clock.h"

namespace koinon {

class Network {
 public:
  struct Callbacks {
    std::function<void(Intent)> carry_out;
    std::function<void(const Event&)> on_event;
    // Somebody came with an invite and says its peer line: pins it, and answers with the inviter's name.
    std::function<boost::asio::awaitable<Result<std::string>>(InviteRecord, std::string)> on_join;
    // Somebody who is not pinned knocked, whom nobody remembers.
    std::function<void(const Knock&)> on_knock;
    // What changed of who has which name. First within start(), with all that is known; then on this thread.
    std::function<void(const std::vector<NameClaim>&)> on_claims;
  };
  struct Options {
    std::string listen;      // address; empty: do not listen
    std::uint16_t port = 0;  // 0: any free one
    EngineConfig engine;
    std::optional<SigningKey> city;  // proves, where an invite is used, whose node this is; none: an observer
  };

  Network(Options options, const SigningKey& node_key, const StoreState& state, Clock clock,
          Callbacks callbacks);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Binds the port and starts the thread.
  Status start();
  // Says good-bye to every peer, then joins the thread.
  void stop();
  std::uint16_t port() const { return port_; }

  // Any thread: passed on to the network thread in the order given by one caller.
  void complete(std::vector<Completion> completions);
  void own_head(LogState state, std::vector<VouchFact> vouches);
  void add_peer(PeerRecord peer);
  void remove_peer(NodeKey key);
  void set_blocked(LogId log, bool blocked);
  void set_filter(BodyFilter filter);
  void want_file(AttachmentWant want);
  void add_invite(InviteRecord invite);
  void forget_invite(NodeKey key);
  boost::asio::io_context& context() { return io_; }

  // On the network thread only (co_spawn onto context()).
  NetworkStatus status() const { return view_.status(); }
  TrustPaths paths(const std::vector<LogId>& logs) const { return view_.paths(logs); }
  CityStanding standing(const LogId& log, const StandingWish& wish) const {
    return view_.standing(log, wish);
  }
  std::optional<FileFetching> file(const AttachmentId& id) const { return view_.file(id); }
  // Uses an invite: says our peer line where it leads, and returns the inviter's name once we are pinned
  // there.
  boost::asio::awaitable<Result<std::string>> join(InviteLine invite, std::string own_line) {
    return joining_.join(std::move(invite), std::move(own_line));
  }
  const BodyFilter& filter() const { return engine_.filter(); }
  const PeerRecord* peer(const NodeKey& key) const { return peers_.record(key); }

 private:
  Now now() const { return {clock_.mono(), clock_.wall()}; }
  void drain();
  void tell_claims();
  void carry_out(Output output);
  void on_close_session(const CloseSession& close);
  void on_event(const Event& event);
  void begin_session(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check, bool dialled);
  boost::asio::awaitable<void> accept_loop();
  boost::asio::awaitable<void> serve_handshake(boost::asio::ip::tcp::socket socket);
  void on_knock(const NodeKey& key, const std::string& network, const std::string& address);
  boost::asio::awaitable<void> tick_loop();
  void shut_down();

  Options options_;
  Clock clock_;
  Callbacks callbacks_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  SigningKey node_key_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::uint16_t port_ = 0;
  Engine engine_;
  Tick tick_;
  boost::asio::steady_timer tick_timer_{io_};
  Peers peers_;
  Joining joining_;
  Dialling dialling_;
  std::map<SessionId, std::shared_ptr<Connection>> connections_;
  std::uint64_t next_session_ = 1;
  Handshakes handshakes_;
  Knocks knocks_;
  NetworkView view_;
  MonoTime knock_told_{};
  bool stopping_ = false;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace koinon
