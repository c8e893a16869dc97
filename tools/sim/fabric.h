// The network between nodes. Segments are lost, doubled and overtaken; connections are reliable byte streams
// over them, as with TCP. An engine sees delays, bursts, stalls and resets.
//
// In a blocked direction (a partition, a one-way link) segments stall. When it opens again, they go on. A
// node that was reset or lost power answers late segments with a reset.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "tools/sim/chance.h"
#include "tools/sim/cities.h"
#include "tools/sim/counters.h"
#include "tools/sim/schedule.h"

namespace koinon::sim {

using NodeIndex = std::size_t;

// The fabric tells a node by these functions.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  virtual void on_bytes(SessionId session, BytesView bytes) = 0;
  virtual void on_sent(SessionId session, std::size_t bytes) = 0;
  virtual void on_closed(SessionId session) = 0;
  virtual bool wants_bytes(SessionId session) const = 0;
};

struct FabricRules {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;
  double bandwidth = 10e6;
};

class Fabric {
 public:
  Fabric(Schedule& schedule, Chance chance, Counters& counters, FabricRules rules)
      : schedule_(schedule), chance_(chance), counters_(counters), rules_(rules) {}

  NodeIndex add(Endpoint& endpoint, Place place);
  MonoTime latency(NodeIndex from, NodeIndex to) const;

  // Opens a connection whose handshake has succeeded. Both ends are told.
  SessionId open(NodeIndex dialler, NodeIndex listener);
  void send(SessionId session, NodeIndex from, Bytes bytes);
  // The other end hears of it after all that was sent before.
  void close(SessionId session, NodeIndex from);
  // Both ends hear of it at once.
  void reset(SessionId session);
  // Power fails at a node, and its ends are gone. `silent`: a peer only hears of it when it sends something.
  void drop_node(NodeIndex node, bool silent);
  std::vector<SessionId> open_sessions() const;
  // Whether a node has an open end of the connection.
  bool is_open(SessionId session, NodeIndex node) const;
  // The connections between two nodes that are open at both ends.
  std::vector<SessionId> between(NodeIndex a, NodeIndex b) const;
  // Counts of what passed between two nodes since the beginning, whoever dialled.
  struct Dealings {
    std::uint64_t opened = 0;  // connections
    std::uint64_t cut = 0;     // connections that were reset, or lost with their node
    // Until then something was late: it stalled, was sent again, or waited until the receiver read it.
    MonoTime late_until{};
  };
  Dealings dealings(NodeIndex a, NodeIndex b) const;

  bool blocked(NodeIndex from, NodeIndex to) const;
  void set_groups(
      std::vector<int> groups);  // nodes of different groups cannot reach each other; empty: all can
  void set_one_way(NodeIndex from, NodeIndex to, bool blocked);

 private:
  struct Segment {
    Bytes bytes;
    bool last = false;
    bool told = false;  // the sender was told that the segment is on its way
  };
  struct Pipe {
    MonoTime free_at{};
    MonoTime last_arrival{};
    std::deque<Segment> stalled;
    std::size_t stalled_unsent = 0;  // stalled bytes for which the sender still waits
    std::deque<Segment> inbox;       // arrived, but not yet read
    bool polling = false;
  };
  struct Connection {
    NodeIndex ends[2];
    bool open[2] = {true, true};
    Pipe pipes[2];  // from ends[0], from ends[1]
  };

  int side(const Connection& connection, NodeIndex node) const { return connection.ends[0] == node ? 0 : 1; }
  void transmit(SessionId id, Connection& connection, int from, Segment segment);
  void arrive(SessionId id, int from, Segment segment);
  void pump_inbox(SessionId id, int from);
  void close_end(SessionId id, int end);
  void release_stalled();
  void forget_if_closed(SessionId id);
  void note_late(const Connection& connection, MonoTime until);
  Dealings& dealings_of(const Connection& connection) {
    return dealings_[std::minmax(connection.ends[0], connection.ends[1])];
  }

  Schedule& schedule_;
  Chance chance_;
  Counters& counters_;
  FabricRules rules_;
  std::vector<Endpoint*> endpoints_;
  std::vector<Place> places_;
  std::unordered_map<SessionId, std::unique_ptr<Connection>> connections_;
  std::set<std::pair<NodeIndex, NodeIndex>> one_way_;
  std::map<std::pair<NodeIndex, NodeIndex>, Dealings> dealings_;  // the lower index first
  std::vector<int> groups_;
  std::uint64_t next_session_ = 1;
};

}  // namespace koinon::sim
