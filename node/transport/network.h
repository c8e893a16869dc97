// The network thread: the engine with its sockets, timers and peers to dial.
//
// Everything here but the constructor, start, stop and the functions marked "any thread" runs on the one
// thread that owns the io_context.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "crypto/invite.h"
#include "node/engine/engine.h"
#include "node/transport/connection.h"
#include "node/transport/handshakes.h"
#include "node/transport/knocks.h"
#include "node/transport/tick.h"

namespace koinon {

// Where time comes from; the daemon's is the system's.
struct Clock {
  std::function<UnixMillis()> wall;
  std::function<MonoTime()> mono;
};
Clock system_clock();

// What stands between us and a peer.
enum class PeerTrouble : unsigned char {
  kNone,            // connected, or nothing was tried yet
  kUnreachable,     // its address does not answer
  kOtherKey,        // at its address a node answers that has another key
  kNotPinnedThere,  // it has not pinned this node
  kRefusedThere,    // it refuses this node for a while
  kEnded,           // a session ended; the reason says why
};
std::string_view trouble_name(PeerTrouble trouble);

struct PeerStatus {
  NodeKey node_key;
  std::optional<LogId> log;  // none: an observer
  std::string name;
  std::string address;
  bool vouch = true;
  bool connected = false;
  std::string state;      // a sentence: connected, or why not
  UnixMillis state_at;    // since when it is connected, or of the last attempt
  UnixMillis away_since;  // of one that is not connected
  PeerTrouble trouble = PeerTrouble::kNone;
  std::string agent;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t queued = 0;
  std::uint64_t cursor = 0;
  SessionCounts counts;  // of the session that stands
  std::string wants;     // its topics, or all
  Conduct conduct;
  bool shunned = false;
  std::optional<std::int64_t> clock_ahead_ms;  // by how much the clock of a connected peer is ahead of ours
};
struct NetworkStatus {
  std::vector<PeerStatus> peers;
  std::size_t trusted = 0;                // cities, this one among them
  std::map<LogId, std::uint64_t> frozen;  // trusted logs that forked, with the size held
  std::vector<LogId> blocked;             // by the operator
  std::string topics;                     // that we want
  std::uint64_t bodies_missing = 0;       // wanted, and being looked for
  std::vector<Knock> knocks;              // who knocks and is not pinned
};
// By which paths cities are trusted, in the order in which they were asked for; none: not trusted.
struct TrustPaths {
  std::vector<std::optional<TrustPath>> paths;  // empty path: ourselves
  std::size_t trusted = 0;                      // cities, asked for or not
};
// What is wanted of a city's standing beside the rest.
struct StandingWish {
  bool vouches = true;              // those for it and by it
  std::optional<EntryIndex> entry;  // who was asked in vain for the body of this one
};
// Why a city is trusted or not, and what of its log is under way.
struct CityStanding {
  bool trusted = false;
  bool blocked = false;
  TrustPath path;
  std::vector<LogId> vouchers;          // whose vouches for it stand, trusted or not
  std::vector<LogId> trusted_vouchers;  // those of them that count
  std::vector<VouchFact> vouches;       // its own that stand
  LogStanding log;
  TrustPolicy::Rules rules;
  std::string topics;                    // that we want
  std::vector<std::string> connected;    // peers, by name
  std::map<NodeKey, std::string> peers;  // names of all
  std::map<NodeKey, LogId> cities;       // the logs of those that are no observers
};

// A file that is being fetched.
struct FileFetching {
  std::string source;   // the peer that it comes from; empty: none now
  std::string trouble;  // what was in the way last
};

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
  // What costs as much as there are peers, whatever is held.
  NetworkStatus status() const;
  TrustPaths paths(const std::vector<LogId>& logs) const;
  // Uses an invite: says our peer line where it leads, and returns the inviter's name once we are pinned
  // there.
  boost::asio::awaitable<Result<std::string>> join(InviteLine invite, std::string own_line);
  CityStanding standing(const LogId& log, const StandingWish& wish) const;
  std::optional<FileFetching> file(const AttachmentId& id) const;
  const BodyFilter& filter() const { return engine_.filter(); }
  const PeerRecord* peer(const NodeKey& key) const;

 private:
  struct Peer {
    PeerRecord record;
    std::string state = "not connected yet";
    UnixMillis state_at;
    UnixMillis away_since;
    PeerTrouble trouble = PeerTrouble::kNone;
    std::optional<SessionId> session;
    std::optional<SessionId> explained;  // the session whose end `state` tells
    unsigned failures = 0;
    bool removed = false;
    std::shared_ptr<boost::asio::steady_timer> wake;  // of its dialling loop
  };

  Now now() const { return {clock_.mono(), clock_.wall()}; }
  void drain();
  void tell_claims();
  void carry_out(Output output);
  void on_close_session(const CloseSession& close);
  bool another_stands(Peer& peer, SessionId ended);
  void on_event(const Event& event);
  void begin_session(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check, bool dialled);
  boost::asio::awaitable<void> accept_loop();
  boost::asio::awaitable<void> serve_handshake(boost::asio::ip::tcp::socket socket);
  bool welcomes(const NodeKey& key) const;
  boost::asio::awaitable<void> serve_join(std::unique_ptr<TlsStream> stream, InviteRecord invite);
  boost::asio::awaitable<void> dial_loop(std::shared_ptr<Peer> peer);
  struct Attempt {
    PeerTrouble trouble = PeerTrouble::kNone;  // none: it is connected
    std::string why;
  };
  boost::asio::awaitable<Attempt> dial(std::shared_ptr<Peer> peer);
  // What an operator is told of a peer is of the last attempt, with its time.
  void tell(Peer& peer, PeerTrouble trouble, std::string state);
  void on_knock(const NodeKey& key, const std::string& network, const std::string& address);
  boost::asio::awaitable<bool> shake_hands(TlsStream* stream, bool server);
  boost::asio::awaitable<void> tick_loop();
  std::chrono::milliseconds backoff(const Peer& peer);
  void watch_peer(PeerRecord record);
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
  std::map<NodeKey, std::shared_ptr<Peer>> peers_;
  std::map<NodeKey, InviteRecord> invites_;
  std::map<SessionId, std::shared_ptr<Connection>> connections_;
  std::map<SessionId, NodeKey> session_peers_;
  std::uint64_t next_session_ = 1;
  Handshakes handshakes_;
  Knocks knocks_;
  MonoTime knock_told_{};
  std::minstd_rand jitter_;
  bool stopping_ = false;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace koinon
