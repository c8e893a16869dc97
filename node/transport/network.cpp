#include "node/transport/network.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/thread_name.h"

namespace koinon {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kShutdownDeadline{3};
constexpr std::chrono::milliseconds kShutdownStep{5};

}  // namespace

Network::Network(Options options, const SigningKey& node_key, const StoreState& state, Clock clock,
                 Callbacks callbacks)
    : clock_(std::move(clock)),
      callbacks_(std::move(callbacks)),
      node_key_(node_key),
      engine_(options.engine, state, {clock_.mono(), clock_.wall()}),
      peers_(engine_, clock_.wall, state.peers),
      joining_({node_key, options.city, clock_.wall, callbacks_.on_join,
                [this](Whom whom) { return dialling_.reach(std::move(whom)); }, callbacks_.on_recovery_ask,
                options.statements},
               state.invites),
      dialling_(going_out()),
      connections_(handlers()),
      listener_(listening(options)),
      tick_(ticking()),
      view_(engine_, peers_, listener_.knocks(), clock_) {}

Dialling::Parts Network::going_out() {
  return {io_,
          peers_,
          clock_.mono,
          [this](const NodeKey& key) { return engine_.shuns(now(), key); },
          [this](std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check) {
            begin_session(std::move(stream), std::move(check), true);
          },
          [this](const NodeKey& peer, v1::ReachOutcome outcome, const std::string& address) {
            engine_.on_dialled(now(), peer, outcome, address);
            drain();
          }};
}

Listener::Parts Network::listening(const Options& options) {
  return {io_,
          options.listen,
          options.port,
          peers_,
          joining_,
          clock_,
          [this](const NodeKey& key) { return engine_.shuns(now(), key); },
          [this](std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check) {
            begin_session(std::move(stream), std::move(check), false);
          },
          [this](const Knock& knock) { on_knock(knock); }};
}

Connection::Handlers Network::handlers() {
  Connection::Handlers handlers;
  handlers.on_bytes = [this](SessionId session, BytesView bytes) {
    take_resume();
    engine_.on_bytes(now(), session, bytes);
    drain();
  };
  handlers.on_sent = [this](SessionId session, std::size_t bytes) {
    engine_.on_sent(now(), session, bytes);
    drain();
  };
  handlers.wants_bytes = [this](SessionId session) { return engine_.wants_bytes(now(), session); };
  handlers.on_closed = [this](SessionId session, const error_code& why) { end_session(session, why); };
  return handlers;
}

TickTimer::Parts Network::ticking() {
  return {io_, clock_.mono, [this] { return engine_.next_tick(); },
          [this] {
            take_resume();
            engine_.on_tick(now());
            drain();
          }};
}

Network::~Network() { stop(); }

Status Network::start() {
  tell_claims();
  KOINON_ASSIGN(const std::shared_ptr<asio::ssl::context> tls, make_tls_context(node_key_));
  KOINON_TRY(listener_.start(tls));
  tick_.start();
  dialling_.start(tls);
  asio::post(io_, [this] { drain(); });  // what the engine said when it was made
  thread_ = std::thread([this] {
    name_this_thread("network");
    io_.run();
  });
  return {};
}

void Network::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] { shut_down(); });
  thread_.join();
}

void Network::shut_down() {
  stopping_ = true;
  listener_.stop();
  tick_.stop();
  engine_.shut_down(now());
  drain();
  dialling_.stop();
  // Connections end by themselves within their own deadline; this is for what else might be under way.
  auto timer = std::make_shared<asio::steady_timer>(io_, kShutdownDeadline);
  timer->async_wait([this, timer](const error_code&) { io_.stop(); });
  asio::co_spawn(io_, wait_for_connections(), asio::detached);
}

asio::awaitable<void> Network::wait_for_connections() {
  asio::steady_timer pause(io_);
  while (!connections_.empty()) {
    pause.expires_after(kShutdownStep);
    error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  io_.stop();
}

// Before any other input: what was true before the machine stopped need not be true any more.
void Network::take_resume() {
  if (!callbacks_.take_resume || !callbacks_.take_resume()) return;
  engine_.on_resumed(now());
  drain();
}

void Network::on_knock(const Knock& knock) {
  engine_.on_knock(now(), knock.key);
  drain();
  callbacks_.on_knock(knock);
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
  tick_.bring_forward();
}

void Network::tell_claims() {
  const auto claims = engine_.take_claims();
  if (!claims.empty()) callbacks_.on_claims(claims);
}

void Network::carry_out(Output output) {
  if (auto* send = std::get_if<SendBytes>(&output)) {
    connections_.send(send->session, std::move(send->bytes));
  } else if (const auto* close = std::get_if<CloseSession>(&output)) {
    on_close_session(*close);
  } else if (auto* intent = std::get_if<Intent>(&output)) {
    callbacks_.carry_out(std::move(*intent));
  } else {
    on_event(std::get<Event>(output));
  }
}

void Network::on_close_session(const CloseSession& close) {
  peers_.explain_end(close.session, close.reason.text());
  connections_.close(close.session);
}

void Network::on_event(const Event& event) {
  if (event.kind == Event::Kind::kReachAsked) return reach_back(event.peer, event.text);
  if (event.kind == Event::Kind::kReachTold) return dialling_.back().note_news();
  if (event.kind == Event::Kind::kSessionReady) {
    peers_.session_ready(event.peer);
    dialling_.session_ready(event.peer);
  }
  if (event.kind == Event::Kind::kLogAdvanced) tell_held(event.log);
  callbacks_.on_event(event);
}

void Network::reach_back(const NodeKey& key, const std::string& announced) {
  const auto peer = peers_.all().find(key);
  if (stopping_ || peer == peers_.all().end()) return;
  const auto session = peer->second.session;
  const auto target = reach_back_target(peer->second.record.address, announced,
                                        session ? connections_.remote_address(*session) : std::string());
  if (target) return dialling_.back().dial(key, *target);
  engine_.on_dialled(now(), key, v1::REACH_OUTCOME_NOT_DIALLED, {});
}

asio::awaitable<ReachView> Network::ask_reaches(std::string address) {
  engine_.ask_reaches(now(), address);
  drain();
  co_await dialling_.back().wait([this] {
    const auto all = engine_.reaches();
    return std::all_of(all.begin(), all.end(), [](const ReachStanding& one) { return one.outcome; });
  });
  co_return view_.reaches(std::move(address));
}

void Network::begin_session(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check,
                            bool dialled) {
  take_resume();
  const NodeKey peer = *check->seen;
  if (peers_.is_paused(peer) || is_awaited(peer)) return;
  const SessionId id = connections_.add(std::move(stream), std::move(check));
  peers_.session_began(id, peer);
  dialling_.session_began(peer);
  // The engine knows the session before its bytes are read, and says whether they are wanted.
  engine_.on_connected(now(), id, peer, dialled);
  connections_.start(id);
  drain();
}

// Both dial again: by then the pin has moved.
bool Network::is_awaited(const NodeKey& shown) {
  if (peers_.contains(shown)) return false;
  const auto pinned = peers_.pinned_for(shown);
  if (!pinned) return false;
  const auto log = peers_.record(*pinned)->log;
  dialling_.session_ended(*pinned, PeerTrouble::kNone);
  if (log) callbacks_.on_awaited_key(*log, shown);
  return true;
}

void Network::tell_held(const LogId& log) {
  const LogState* state = engine_.log(log);
  if (state == nullptr || !state->whole) return;
  const auto pinned = peers_.take_to_tell(log, state->whole->size);
  if (pinned) end_sessions_with(*pinned, "its log names a new node key: a new session begins");
}

void Network::end_sessions_with(const NodeKey& peer, const std::string& reason) {
  for (const SessionInfo& session : engine_.sessions()) {
    if (session.peer != peer) continue;
    peers_.explain_end(session.id, reason);
    connections_.close(session.id);
  }
}

void Network::end_session(SessionId session, const error_code& why) {
  const Ending ending = ending_of(why);
  engine_.on_closed(now(), session, ending_text(ending));
  if (const Peers::Peer* peer = peers_.session_ended(session, ending); peer != nullptr)
    dialling_.session_ended(peer->record.node_key, peer->trouble);
  drain();
}

// --- from other threads ---

void Network::complete(std::vector<Completion> completions) {
  asio::post(io_, [this, completions = std::move(completions)]() mutable {
    take_resume();
    for (Completion& completion : completions) engine_.on_completion(now(), std::move(completion));
    drain();
  });
}

void Network::own_head(LogState state, std::vector<VouchFact> vouches,
                       std::vector<WithdrawalFact> withdrawals) {
  asio::post(io_, [this, state = std::move(state), vouches = std::move(vouches),
                   withdrawals = std::move(withdrawals)] {
    engine_.on_own_head(now(), state, vouches, withdrawals);
    drain();
  });
}

void Network::add_peer(PeerRecord peer) {
  asio::post(io_, [this, peer = std::move(peer)] {
    if (stopping_) return;
    listener_.forget_knock(peer.node_key);
    engine_.on_peer_added(now(), peer);
    peers_.add(peer);
    dialling_.add(peer);
    if (peer.paused) end_sessions_with(peer.node_key, kPausedState);
    drain();
    // It may be pinned under a key that its log, which is here, has replaced.
    if (peer.log) callbacks_.on_pinned(*peer.log);
    // Said anew of a peer that is connected, so that a vouch may follow that was not wanted before.
    for (const SessionInfo& session : engine_.sessions()) {
      if (session.peer == peer.node_key && session.ready && !peer.paused) {
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

void Network::await_key(LogId log, std::optional<Peers::Awaited> awaited) {
  asio::post(io_, [this, log, awaited] {
    // It may show the new one already, and was dialled in vain.
    if (peers_.await(log, awaited) && awaited) dialling_.hurry(awaited->pinned);
    tell_held(log);
  });
}

void Network::add_invite(InviteRecord invite) {
  asio::post(io_, [this, invite = std::move(invite)] { joining_.add(invite); });
}

void Network::end_invite(NodeKey key) {
  asio::post(io_, [this, key] { joining_.end(key); });
}

void Network::set_city_key(SigningKey key, std::vector<Bytes> statements) {
  asio::post(io_, [this, key = std::move(key), statements = std::move(statements)] {
    joining_.set_city_key(key, statements);
  });
}

void Network::take_statements(KeyHistory told, NodeKey teller) {
  asio::post(io_, [this, told = std::move(told), teller] {
    engine_.on_statements(now(), told, teller);
    drain();
  });
}

void Network::set_blocked(LogId log, bool blocked) {
  asio::post(io_, [this, log, blocked] {
    engine_.on_blocked(now(), log, blocked);
    drain();
  });
}

void Network::thawed(LogId log) {
  asio::post(io_, [this, log] {
    engine_.on_thawed(now(), log);
    drain();
  });
}

void Network::set_filter(BodyFilter filter) {
  asio::post(io_, [this, filter = std::move(filter)]() mutable {
    engine_.set_filter(now(), std::move(filter));
    drain();
  });
}

void Network::take_word(std::vector<NodeKey> without, bool alone) {
  asio::post(io_, [this, without = std::move(without), alone] {
    engine_.on_word(now(), without, alone);
    drain();
  });
}

void Network::set_cosigner_lost(bool lost) {
  asio::post(io_, [this, lost] {
    engine_.on_cosigner(now(), lost);
    drain();
  });
}

void Network::take_resume_soon() {
  asio::post(io_, [this] { take_resume(); });
}

void Network::want_file(AttachmentWant want) {
  asio::post(io_, [this, want] {
    engine_.want_file(now(), want);
    drain();
  });
}

}  // namespace koinon
