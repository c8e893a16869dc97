#include "node/transport/network.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/text/networks.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kShutdownDeadline{3};
constexpr std::chrono::minutes kKnockTold{1};  // one line of the log for whoever is new in it

}  // namespace

Network::Network(Options options, const SigningKey& node_key, const StoreState& state, Clock clock,
                 Callbacks callbacks)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      callbacks_(std::move(callbacks)),
      node_key_(node_key),
      engine_(options_.engine, state, {clock_.mono(), clock_.wall()}),
      peers_(engine_, clock_.wall, state.peers),
      joining_({node_key, options_.city, clock_.wall, callbacks_.on_join}, state.invites),
      dialling_({io_, peers_, clock_.mono, [this](const NodeKey& key) { return engine_.shuns(now(), key); },
                 [this](std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check) {
                   begin_session(std::move(stream), std::move(check), true);
                 }}),
      view_(engine_, peers_, knocks_, clock_) {}

Network::~Network() { stop(); }

Status Network::start() {
  tell_claims();
  KOINON_ASSIGN(tls_, make_tls_context(node_key_));
  if (!options_.listen.empty()) {
    error_code error;
    const auto address = asio::ip::make_address(options_.listen, error);
    if (error) return fail(Code::kInvalidArgument, "it is not an IP address", "listen");
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return fail(Code::kIo,
                  "peers cannot be served on " + options_.listen + ":" + std::to_string(options_.port) +
                      ": " + error.message() + "; choose another --peer-port",
                  "peer.port");
    }
    port_ = acceptor_.local_endpoint(error).port();
    asio::co_spawn(io_, accept_loop(), asio::detached);
  }
  asio::co_spawn(io_, tick_loop(), asio::detached);
  dialling_.start(tls_);
  thread_ = std::thread([this] { io_.run(); });
  return {};
}

void Network::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] { shut_down(); });
  thread_.join();
}

void Network::shut_down() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  engine_.shut_down(now());
  drain();
  dialling_.stop();
  // Connections end by themselves within their own deadline; this is for what else might be under way.
  auto timer = std::make_shared<asio::steady_timer>(io_, kShutdownDeadline);
  timer->async_wait([this, timer](const error_code&) { io_.stop(); });
  asio::co_spawn(
      io_,
      [this]() -> asio::awaitable<void> {
        asio::steady_timer poll(io_);
        while (!connections_.empty()) {
          poll.expires_after(std::chrono::milliseconds(5));
          error_code error;
          co_await poll.async_wait(redirect_error(use_awaitable, error));
        }
        io_.stop();
      },
      asio::detached);
}

// --- the engine's outputs ---

void Network::drain() {
  if (draining_) return;  // carry_out below may bring further inputs
  draining_ = true;
  while (true) {
    tell_claims();
    auto outputs = engine_.take_outputs();
    if (outputs.empty()) break;
    for (Output& output : outputs) carry_out(std::move(output));
  }
  draining_ = false;
  if (tick_.is_late(clock_.mono(), engine_.next_tick())) tick_timer_.cancel();
}

void Network::tell_claims() {
  const auto claims = engine_.take_claims();
  if (!claims.empty()) callbacks_.on_claims(claims);
}

void Network::carry_out(Output output) {
  if (auto* send = std::get_if<SendBytes>(&output)) {
    const auto it = connections_.find(send->session);
    if (it != connections_.end()) it->second->send(std::move(send->bytes));
  } else if (const auto* close = std::get_if<CloseSession>(&output)) {
    on_close_session(*close);
  } else if (auto* intent = std::get_if<Intent>(&output)) {
    callbacks_.carry_out(std::move(*intent));
  } else {
    on_event(std::get<Event>(output));
  }
}

void Network::on_close_session(const CloseSession& close) {
  peers_.session_refused(close.session, close.reason.text());
  const auto it = connections_.find(close.session);
  if (it != connections_.end()) it->second->close();
}

void Network::on_event(const Event& event) {
  if (event.kind == Event::Kind::kSessionReady) {
    peers_.session_ready(event.peer);
    dialling_.session_ready(event.peer);
  }
  callbacks_.on_event(event);
}

void Network::begin_session(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check,
                            bool dialled) {
  const SessionId id(next_session_++);
  const NodeKey peer = *check->seen;
  Connection::Handlers handlers;
  handlers.on_bytes = [this](SessionId session, BytesView bytes) {
    engine_.on_bytes(now(), session, bytes);
    drain();
  };
  handlers.on_sent = [this](SessionId session, std::size_t bytes) {
    engine_.on_sent(now(), session, bytes);
    drain();
  };
  handlers.wants_bytes = [this](SessionId session) { return engine_.wants_bytes(now(), session); };
  handlers.on_closed = [this](SessionId session, const error_code& why) {
    const Ending ending = ending_of(why);
    engine_.on_closed(now(), session, ending_text(ending));
    connections_.erase(session);
    if (const Peers::Peer* peer = peers_.session_ended(session, ending); peer != nullptr)
      dialling_.session_ended(peer->record.node_key, peer->trouble);
    drain();
  };
  const auto connection =
      std::make_shared<Connection>(id, std::move(stream), std::move(check), std::move(handlers));
  connections_.emplace(id, connection);
  peers_.session_began(id, peer);
  dialling_.session_began(peer);
  // The engine knows the session before its bytes are read, and says whether they are wanted.
  engine_.on_connected(now(), id, peer, dialled);
  connection->start();
  drain();
}

// --- coming in ---

asio::awaitable<void> Network::accept_loop() {
  asio::steady_timer pause(io_);
  while (!stopping_) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(redirect_error(use_awaitable, error));
    if (stopping_) co_return;
    if (error) {
      // Out of descriptors, most likely: wait for some to be closed.
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    asio::co_spawn(io_, serve_handshake(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Network::serve_handshake(tcp::socket socket) {
  error_code error;
  socket.set_option(tcp::no_delay(true), error);
  const std::string address = socket.remote_endpoint(error).address().to_string();
  const std::string network = network_of(address);
  auto check = std::make_unique<PinCheck>();
  check->accepts = [this](const NodeKey& key) {
    if (joining_.welcomes(key)) return Pinning::kPinned;
    if (!peers_.contains(key)) return Pinning::kNotPinned;
    return engine_.shuns(now(), key) ? Pinning::kNotNow : Pinning::kPinned;
  };
  auto stream = std::make_unique<TlsStream>(std::move(socket), *tls_);
  pin(*stream, *check);
  const Handshakes::Number number = handshakes_.begin(network, [raw = stream.get()] {
    error_code ignored;
    raw->next_layer().close(ignored);
  });
  const bool shaken = co_await shake_hands(stream.get(), true);
  handshakes_.end(number);
  // The key of an invite that has expired is nobody's to pin.
  if (check->refused && !peers_.contains(*check->refused) && !joining_.invite(*check->refused))
    on_knock(*check->refused, network, address);
  if (!shaken || !check->seen || stopping_) co_return;
  if (auto invite = joining_.invite(*check->seen); invite) {
    co_await joining_.serve(std::move(stream), std::move(*invite));
    co_return;
  }
  begin_session(std::move(stream), std::move(check), false);
}

// Strangers write a line a minute at most.
void Network::on_knock(const NodeKey& key, const std::string& network, const std::string& address) {
  if (!knocks_.add(key, network, address, clock_.wall())) return;
  const MonoTime now = clock_.mono();
  if (knock_told_ != MonoTime{} && now - knock_told_ < kKnockTold) return;
  knock_told_ = now;
  callbacks_.on_knock({key, address, network, 1, clock_.wall(), clock_.wall()});
}

asio::awaitable<void> Network::tick_loop() {
  while (!stopping_) {
    tick_timer_.expires_after(tick_.arm(clock_.mono(), engine_.next_tick()));
    error_code error;
    co_await tick_timer_.async_wait(redirect_error(use_awaitable, error));
    if (error) continue;  // something is due sooner
    engine_.on_tick(now());
    drain();
  }
}

// --- from other threads ---

void Network::complete(std::vector<Completion> completions) {
  asio::post(io_, [this, completions = std::move(completions)]() mutable {
    for (Completion& completion : completions) engine_.on_completion(now(), std::move(completion));
    drain();
  });
}

void Network::own_head(LogState state, std::vector<VouchFact> vouches) {
  asio::post(io_, [this, state = std::move(state), vouches = std::move(vouches)] {
    engine_.on_own_head(now(), state, vouches);
    drain();
  });
}

void Network::add_peer(PeerRecord peer) {
  asio::post(io_, [this, peer = std::move(peer)] {
    if (stopping_) return;
    knocks_.forget(peer.node_key);
    engine_.on_peer_added(now(), peer);
    peers_.add(peer);
    dialling_.add(peer);
    drain();
    // Said anew of a peer that is connected, so that a vouch may follow that was not wanted before.
    for (const SessionInfo& session : engine_.sessions()) {
      if (session.peer == peer.node_key && session.ready) {
        callbacks_.on_event(
            {Event::Kind::kSessionReady, peer.node_key, peer.log.value_or(LogId()), {}, session.agent});
      }
    }
  });
}

void Network::remove_peer(NodeKey key) {
  asio::post(io_, [this, key] {
    peers_.remove(key);
    dialling_.remove(key);
    engine_.on_peer_removed(now(), key);
    drain();
  });
}

void Network::add_invite(InviteRecord invite) {
  asio::post(io_, [this, invite = std::move(invite)] { joining_.add(invite); });
}

void Network::forget_invite(NodeKey key) {
  asio::post(io_, [this, key] { joining_.forget(key); });
}

void Network::set_blocked(LogId log, bool blocked) {
  asio::post(io_, [this, log, blocked] {
    engine_.on_blocked(now(), log, blocked);
    drain();
  });
}

void Network::set_filter(BodyFilter filter) {
  asio::post(io_, [this, filter = std::move(filter)]() mutable {
    engine_.set_filter(now(), std::move(filter));
    drain();
  });
}

void Network::want_file(AttachmentWant want) {
  asio::post(io_, [this, want] {
    engine_.want_file(now(), want);
    drain();
  });
}

}  // namespace koinon
