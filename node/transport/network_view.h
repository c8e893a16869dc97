// What people and programs are told of the network: peers, trust, what is under way.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/engine/engine_types.h"
#include "node/engine/trust.h"
#include "node/transport/knocks.h"
#include "node/transport/peers.h"
#include "proto/base/clock.h"

namespace koinon {

class Engine;

struct PeerStatus {
  NodeKey node_key;
  std::optional<LogId> log;  // none: an observer
  std::string name;
  std::string address;
  bool vouch = true;
  bool paused = false;  // by the operator
  bool connected = false;
  std::string state;         // a sentence: connected, or why not
  std::optional<Error> why;  // what `state` says, of an attempt that failed
  UnixMillis state_at;       // since when it is connected, or of the last attempt
  UnixMillis away_since;     // of one that is not connected
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
  // Entries of its log that are known to exist, and are not here. Nothing: an observer's, or its log is not
  // trusted.
  std::optional<std::uint64_t> lag;
  // The session that stands was dialled by the peer: this node is reached at its port from there.
  bool came_in = false;
  std::optional<std::int64_t> clock_ahead_ms;  // by how much the clock of a connected peer is ahead of ours
};
// How a peer has behaved, as it is told: without what it was forgiven meanwhile (limits::kLieForgotten).
Conduct conduct_told(Conduct conduct, MonoTime now);

struct NetworkStatus {
  std::vector<PeerStatus> peers;
  std::size_t trusted = 0;                // cities, this one among them
  std::map<LogId, std::uint64_t> frozen;  // trusted logs that forked, with the size held
  std::vector<LogId> for_good;            // those of them that nothing thaws
  std::vector<LogId> thawed;              // that forked, and go on by the operator's word
  std::vector<LogId> blocked;             // by the operator
  std::string topics;                     // that we want
  std::uint64_t bodies_missing = 0;       // wanted, and being looked for
  std::vector<Knock> knocks;              // who knocks and is not pinned
};
// By which paths cities are trusted, in the order in which they were asked for; none: not trusted.
struct TrustPaths {
  std::vector<std::optional<TrustPath>> paths;  // empty path: ourselves
  std::size_t trusted = 0;                      // cities, asked for or not
  std::set<LogId> for_good;                     // logs that are frozen, and that nothing thaws
};
// The cities that are nearest to us by trust, and which of them vouch for which.
struct TrustGraph {
  struct City {
    LogId log;
    std::size_t hops = 0;  // 0: our own
  };
  struct Vouch {
    LogId from;
    LogId to;
    bool peer_alone = false;  // of our own: it is a peer, and we do not vouch for it
  };
  std::vector<City> cities;  // the nearest first; of an observer its own is not among them
  std::vector<Vouch> vouches;
  std::size_t trusted = 0;  // cities, here or not
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

// Whether others reach this node, as they say.
struct ReachView {
  std::string address;  // that they were asked about
  struct Peer {
    std::string name;
    ReachStanding said;
  };
  std::vector<Peer> peers;    // that were asked
  std::size_t connected = 0;  // of these and others: an earlier version cannot be asked
};

// What trust alone says. `peers`: the logs of those that are pinned. See NetworkView::graph.
TrustGraph graph_of(const TrustPolicy& trust, const std::vector<LogId>& peers,
                    const std::optional<LogId>& own, UnixMillis now, std::size_t most);
// See NetworkView::paths; without those that are frozen for good.
TrustPaths paths_of(const TrustPolicy& trust, const std::vector<LogId>& logs);
// Who trusts a city and whom it vouches for; the rest of a standing is left as it is.
void put_trust(const TrustPolicy& trust, const LogId& log, const StandingWish& wish, UnixMillis now,
               CityStanding& out);

// Lives on the network thread, as what it looks at does, which outlives it.
class NetworkView {
 public:
  NetworkView(const Engine& engine, const Peers& peers, const Knocks& knocks, Clock clock)
      : engine_(engine), peers_(peers), knocks_(knocks), clock_(std::move(clock)) {}

  // Its cost grows with the peers, not with the logs.
  NetworkStatus status() const;
  TrustPaths paths(const std::vector<LogId>& logs) const;
  // So many cities at most. `own`: nothing for an observer. Its cost grows with these cities and with what
  // they vouch for, not with all cities.
  TrustGraph graph(const std::optional<LogId>& own, std::size_t most) const;
  CityStanding standing(const LogId& log, const StandingWish& wish) const;
  std::optional<FileFetching> file(const AttachmentId& id) const;
  // Of those that were asked last.
  ReachView reaches(std::string address) const;

 private:
  std::optional<std::uint64_t> lag_of(const PeerRecord& peer) const;
  PeerStatus status_of(const Peers::Peer& peer, const SessionInfo* session) const;

  const Engine& engine_;
  const Peers& peers_;
  const Knocks& knocks_;
  Clock clock_;
};

}  // namespace koinon
