// The network thread: the engine, and the parts that bring it bytes, time and peers. Each input goes into the
// engine, and what comes out of it is carried out at once, in order.
//
// Everything here but the constructor, start, stop, port and the functions marked "any thread" runs on the
// one thread that owns the io_context.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "crypto/invite.h"
#include "node/engine/engine.h"
#include "node/transport/connections.h"
#include "node/transport/dialling.h"
#include "node/transport/joining.h"
#include "node/transport/listener.h"
#include "node/transport/network_view.h"
#include "node/transport/peers.h"
#include "node/transport/tick_timer.h"
#include "proto/base/clock.h"

namespace koinon {

class Network {
 public:
  struct Callbacks {
    std::function<void(Intent)> carry_out;
    std::function<void(const Event&)> on_event;
    // Somebody came with an invite and says its peer line: pins it, and answers with our name.
    std::function<boost::asio::awaitable<Result<std::string>>(InviteRecord, v1::Join)> on_join;
    // Somebody came with an invite and holds a recovery key: what we know of its log.
    std::function<boost::asio::awaitable<Result<v1::RecoveryAnswer>>(PublicKey, RecoveryQuestion)>
        on_recovery_ask;
    // Somebody who is not pinned knocked, whom nobody remembers.
    std::function<void(const Knock&)> on_knock;
    // A handshake has shown the key that is awaited of a peer of this log. The connection is closed: the pin
    // moves first.
    std::function<void(const LogId&, const NodeKey&)> on_awaited_key;
    // A peer of this log was pinned.
    std::function<void(const LogId&)> on_pinned;
    // Whether the engine must be told that the machine was stopped and has gone on. Says yes once for each
    // time. May be none.
    std::function<bool()> take_resume;
    // What changed of who has which name. First within start(), with all that is known; then on this thread.
    std::function<void(const std::vector<NameClaim>&)> on_claims;
  };
  struct Options {
    std::string listen;      // address; empty: do not listen
    std::uint16_t port = 0;  // 0: any free one
    EngineConfig engine;
    std::optional<SigningKey> city;  // proves, where an invite is used, whose node this is; none: an observer
    std::vector<Bytes> statements;   // the same, of a log that was taken back
  };

  Network(Options options, const SigningKey& node_key, const StoreState& state, Clock clock,
          Callbacks callbacks);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Binds the port and starts the thread.
  Status start();
  // Says good-bye to every peer, then joins the thread: after three seconds at the latest, whatever the peers
  // do and whatever the system is looking up.
  void stop();
  // Any thread, after start(); 0: it does not listen.
  std::uint16_t port() const { return listener_.port(); }

  // Any thread: passed on to the network thread in the order given by one caller.
  void complete(std::vector<Completion> completions);
  void own_head(LogState state, std::vector<VouchFact> vouches, std::vector<WithdrawalFact> withdrawals);
  // A peer that was pinned before has this record from now on. With one that is paused the session ends.
  void add_peer(PeerRecord peer);
  void remove_peer(NodeKey key);
  // The log names another key for its node than the one that is pinned: either may be shown. Nothing: no
  // other is awaited. Once the log is held with the entry that says so, the session with that node ends and
  // another begins: its Hello says how much is held, which is what the node waits for.
  void await_key(LogId log, std::optional<Peers::Awaited> awaited);
  // Statements of a log came outside a session; see Engine::on_statements.
  void take_statements(KeyHistory told, NodeKey teller);
  void set_blocked(LogId log, bool blocked);
  // The operator has thawed the log, and the store knows it.
  void thawed(LogId log);
  void set_filter(BodyFilter filter);
  void want_file(AttachmentWant want);
  // The operator's word on whose answers signing does not wait for; see Engine::on_word.
  void take_word(std::vector<NodeKey> without, bool alone);
  // Whether what our cosigner key signed last may be forgotten; see Engine::on_cosigner.
  void set_cosigner_lost(bool lost);
  // Calls take_resume on the network thread, without waiting for other input.
  void take_resume_soon();
  // Our log is signed by this key from now on; `statements`: that lead to it, if it was ever taken back.
  void set_city_key(SigningKey key, std::vector<Bytes> statements);
  void add_invite(InviteRecord invite);
  // It was used or revoked. Whoever tries it again is refused, and does not knock.
  void end_invite(NodeKey key);
  boost::asio::io_context& context() { return io_; }

  // On the network thread only (co_spawn onto context()).
  NetworkStatus status() const { return view_.status(); }
  TrustPaths paths(const std::vector<LogId>& logs) const { return view_.paths(logs); }
  TrustGraph graph(const std::optional<LogId>& own, std::size_t most) const { return view_.graph(own, most); }
  CityStanding standing(const LogId& log, const StandingWish& wish) const {
    return view_.standing(log, wish);
  }
  std::optional<FileFetching> file(const AttachmentId& id) const { return view_.file(id); }
  // Uses an invite: says our peer line where it leads, and returns the inviter's name once we are pinned
  // there.
  boost::asio::awaitable<Result<std::string>> join(InviteLine invite, std::string own_line) {
    return joining_.join(std::move(invite), std::move(own_line));
  }
  // Asks connected peers whether they reach us at this address, HOST:PORT, and waits for their answers, or
  // for limits::kReachedWait.
  boost::asio::awaitable<ReachView> ask_reaches(std::string address);
  const BodyFilter& filter() const { return engine_.filter(); }
  const StandingView& signing() const { return engine_.signing(); }
  const PeerRecord* peer(const NodeKey& key) const { return peers_.record(key); }
  std::vector<LogId> pinned_logs() const { return peers_.logs(); }
  // Whether a node of that log is pinned.
  bool pins(const LogId& log) const { return peers_.pins(log); }

 private:
  Now now() const { return {clock_.mono(), clock_.wall()}; }
  Listener::Parts listening(const Options& options);
  Dialling::Parts going_out();
  Connection::Handlers handlers();
  TickTimer::Parts ticking();
  void take_resume();
  void on_knock(const Knock& knock);
  void drain();
  void tell_claims();
  void carry_out(Output output);
  void on_close_session(const CloseSession& close);
  void on_event(const Event& event);
  void reach_back(const NodeKey& key, const std::string& announced);
  void begin_session(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check, bool dialled);
  bool is_awaited(const NodeKey& shown);
  void end_sessions_with(const NodeKey& peer, const std::string& reason);
  void tell_held(const LogId& log);
  void end_session(SessionId session, const boost::system::error_code& why);
  void shut_down();
  boost::asio::awaitable<void> wait_for_connections();

  // Destroyed from the last to the first, once stop() has joined the thread. Sockets and timers of the parts
  // go before io_. What still waited in io_ (a handshake, an attempt to dial, a join) goes with it: its
  // coroutines are destroyed and never run again, so that nothing reaches into the parts that are gone
  // already. No destructor of what such a coroutine holds may do so either.
  Clock clock_;
  Callbacks callbacks_;
  SigningKey node_key_;
  boost::asio::io_context io_{1};
  Engine engine_;
  Peers peers_;
  Joining joining_;
  Dialling dialling_;
  Connections connections_;
  Listener listener_;
  TickTimer tick_;
  NetworkView view_;
  bool stopping_ = false;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace koinon
