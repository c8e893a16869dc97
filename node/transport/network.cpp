#include "node/transport/network.h"

#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "crypto/ed25519.h"
#include "node/text/networks.h"
#include "node/transport/deadline.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kShutdownDeadline{3};
constexpr std::chrono::minutes kKnockTold{1};  // one line of the log for whoever is new in it

std::string ending_text(Ending ending) {
  switch (ending) {
    case Ending::kNotPinnedThere:
      return "it has not pinned this node yet: send it this node's line (koinon id)";
    case Ending::kRefusedThere:
      return "it refuses this node for a while: something that this node sent did not verify there; call its "
             "operator";
    case Ending::kClosed:
      break;
  }
  return "the connection was closed";
}

PeerTrouble trouble_of(Ending ending) {
  return ending == Ending::kNotPinnedThere ? PeerTrouble::kNotPinnedThere
         : ending == Ending::kRefusedThere ? PeerTrouble::kRefusedThere
                                           : PeerTrouble::kEnded;
}

}  // namespace

std::string_view trouble_name(PeerTrouble trouble) {
  constexpr std::array<std::string_view, 6> kNames = {
      "", "unreachable", "other-key", "not-pinned-there", "refused-there", "ended"};
  return kNames.at(static_cast<std::size_t>(trouble));
}

Clock system_clock() {
  return {[] {
            const auto since = std::chrono::system_clock::now().time_since_epoch();
            return UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
          },
          [] {
            return std::chrono::duration_cast<MonoTime>(std::chrono::steady_clock::now().time_since_epoch());
          }};
}

Network::Network(Options options, const SigningKey& node_key, const StoreState& state, Clock clock,
                 Callbacks callbacks)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      callbacks_(std::move(callbacks)),
      node_key_(node_key),
      engine_(options_.engine, state, {clock_.mono(), clock_.wall()}),
      jitter_(get_u32(random_bytes(4))) {
  for (const PeerRecord& peer : state.peers) {
    auto entry = std::make_shared<Peer>();
    entry->record = peer;
    entry->state_at = entry->away_since = clock_.wall();
    peers_.emplace(peer.node_key, std::move(entry));
  }
  for (const InviteRecord& invite : state.invites) invites_.emplace(invite.key, invite);
}

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
  for (const auto& [key, peer] : peers_) asio::co_spawn(io_, dial_loop(peer), asio::detached);
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
  for (const auto& [key, peer] : peers_) {
    if (peer->wake) peer->wake->cancel();
  }
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
  const auto peer_key = session_peers_.find(close.session);
  if (peer_key != session_peers_.end()) {
    const auto peer = peers_.find(peer_key->second);
    if (peer != peers_.end() && !another_stands(*peer->second, close.session)) {
      tell(*peer->second, PeerTrouble::kEnded, close.reason.text());
      peer->second->explained = close.session;
    }
  }
  const auto it = connections_.find(close.session);
  if (it != connections_.end()) it->second->close();
}

// Of two connections with a peer one ends, and the engine has forgotten it: whichever came later, the other
// is the peer's session from now on. False if there is none.
bool Network::another_stands(Peer& peer, SessionId ended) {
  if (peer.session && *peer.session != ended) return true;
  for (const SessionInfo& session : engine_.sessions()) {
    if (session.peer != peer.record.node_key || session.id == ended) continue;
    peer.session = session.id;
    return true;
  }
  return false;
}

void Network::tell(Peer& peer, PeerTrouble trouble, std::string state) {
  if (peer.trouble == PeerTrouble::kNone && trouble != PeerTrouble::kNone) peer.away_since = clock_.wall();
  peer.trouble = trouble;
  peer.state = std::move(state);
  peer.state_at = clock_.wall();
}

void Network::on_event(const Event& event) {
  const auto it = peers_.find(event.peer);
  if (it != peers_.end() && event.kind == Event::Kind::kSessionReady) {
    tell(*it->second, PeerTrouble::kNone, "connected");
    it->second->failures = 0;
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
    if (const auto key = session_peers_.extract(session); !key.empty()) {
      const auto known = peers_.find(key.mapped());
      if (known != peers_.end() && !another_stands(*known->second, session)) {
        known->second->session.reset();
        // What the engine said of it, or the other side by an Error, says more.
        if (known->second->explained != session)
          tell(*known->second, trouble_of(ending), ending_text(ending));
        if (known->second->wake) known->second->wake->cancel();
      }
    }
    drain();
  };
  const auto connection =
      std::make_shared<Connection>(id, std::move(stream), std::move(check), std::move(handlers));
  connections_.emplace(id, connection);
  session_peers_.emplace(id, peer);
  if (const auto known = peers_.find(peer); known != peers_.end()) known->second->session = id;
  // The engine knows the session before its bytes are read, and says whether they are wanted.
  engine_.on_connected(now(), id, peer, dialled);
  connection->start();
  drain();
}

// --- coming in ---

asio::awaitable<bool> Network::shake_hands(TlsStream* stream, bool server) {
  const Deadline deadline(stream->next_layer(), limits::kHandshakeDeadline);
  error_code error;
  co_await stream->async_handshake(server ? TlsStream::server : TlsStream::client,
                                   redirect_error(use_awaitable, error));
  co_return !error;
}

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
    if (welcomes(key)) return Pinning::kPinned;
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
  if (check->refused && !peers_.contains(*check->refused)) on_knock(*check->refused, network, address);
  if (!shaken || !check->seen || stopping_) co_return;
  if (const auto invite = invites_.find(*check->seen); invite != invites_.end()) {
    co_await serve_join(std::move(stream), invite->second);
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
    watch_peer(peer);
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
    const auto it = peers_.find(key);
    if (it != peers_.end()) {
      it->second->removed = true;
      if (it->second->wake) it->second->wake->cancel();
      peers_.erase(it);
    }
    engine_.on_peer_removed(now(), key);
    drain();
  });
}

void Network::add_invite(InviteRecord invite) {
  asio::post(io_, [this, invite = std::move(invite)] { invites_.insert_or_assign(invite.key, invite); });
}

void Network::forget_invite(NodeKey key) {
  asio::post(io_, [this, key] { invites_.erase(key); });
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

std::optional<FileFetching> Network::file(const AttachmentId& id) const {
  const auto standing = engine_.file(id);
  if (!standing) return std::nullopt;
  const auto peer = standing->source ? peers_.find(*standing->source) : peers_.end();
  return FileFetching{peer == peers_.end() ? "" : peer->second->record.name, standing->trouble};
}

CityStanding Network::standing(const LogId& log, const StandingWish& wish) const {
  CityStanding out;
  const TrustPolicy& trust = engine_.trust();
  out.trusted = trust.admits(log);
  out.blocked = trust.blocks(log);
  if (const TrustPath* path = trust.path(log); path != nullptr) out.path = *path;
  if (wish.vouches) {
    for (const VouchFact* vouch : trust.vouches_for(log, clock_.wall())) {
      out.vouchers.push_back(vouch->voucher);
      if (trust.admits(vouch->voucher)) out.trusted_vouchers.push_back(vouch->voucher);
    }
    for (const VouchFact* vouch : trust.vouches_by(log, clock_.wall())) out.vouches.push_back(*vouch);
  }
  out.log = engine_.standing(log, wish.entry);
  out.rules = trust.rules();
  out.topics = engine_.filter().text();
  for (const SessionInfo& session : engine_.sessions()) {
    const auto peer = peers_.find(session.peer);
    if (session.ready && peer != peers_.end()) out.connected.push_back(peer->second->record.name);
  }
  for (const auto& [key, peer] : peers_) {
    out.peers.emplace(key, peer->record.name);
    if (peer->record.log) out.cities.emplace(key, *peer->record.log);
  }
  return out;
}

const PeerRecord* Network::peer(const NodeKey& key) const {
  const auto it = peers_.find(key);
  return it == peers_.end() ? nullptr : &it->second->record;
}

TrustPaths Network::paths(const std::vector<LogId>& logs) const {
  TrustPaths out;
  out.trusted = engine_.trust().admitted().size();
  out.paths.reserve(logs.size());
  for (const LogId& log : logs) {
    const TrustPath* path = engine_.trust().path(log);
    out.paths.push_back(path == nullptr ? std::nullopt : std::optional(*path));
  }
  return out;
}

NetworkStatus Network::status() const {
  NetworkStatus out;
  std::map<NodeKey, SessionInfo> sessions;
  for (const SessionInfo& session : engine_.sessions()) {
    if (session.ready || !sessions.contains(session.peer)) sessions.insert_or_assign(session.peer, session);
  }
  for (const auto& [key, peer] : peers_) {
    PeerStatus status;
    status.node_key = key;
    status.log = peer->record.log;
    status.name = peer->record.name;
    status.address = peer->record.address;
    status.vouch = peer->record.vouch;
    status.state = peer->state;
    status.state_at = peer->state_at;
    status.away_since = peer->away_since;
    status.trouble = peer->trouble;
    if (const auto it = sessions.find(key); it != sessions.end()) {
      status.connected = it->second.ready;
      status.agent = it->second.agent;
      status.bytes_in = it->second.bytes_in;
      status.bytes_out = it->second.bytes_out;
      status.queued = it->second.queued;
      status.counts = it->second.counts;
      status.wants = it->second.filter.text();
      if (const auto said = it->second.wall_less_mono_ms; said) {
        const auto mono = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.mono());
        status.clock_ahead_ms = *said + mono.count() - clock_.wall().value;
      }
    }
    if (const Conduct* conduct = engine_.conduct(key); conduct != nullptr) status.conduct = *conduct;
    status.shunned = engine_.shuns(now(), key);
    status.cursor = engine_.peer_cursor(key).value;
    out.peers.push_back(std::move(status));
  }
  out.blocked.assign(engine_.trust().blocked().begin(), engine_.trust().blocked().end());
  out.topics = engine_.filter().text();
  out.bodies_missing = engine_.bodies_missing();
  out.knocks = knocks_.list(clock_.wall());
  out.trusted = engine_.trust().admitted().size();
  for (const LogId& log : engine_.frozen()) {
    if (engine_.trust().admits(log)) out.frozen.emplace(log, engine_.log(log)->range.size().value);
  }
  return out;
}

}  // namespace koinon
