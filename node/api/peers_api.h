// The pinned nodes, and whether they are connected.
//
// On the reading thread of its parts; the network and the writer follow the changes.
#pragma once

#include "node/api/api.h"
#include "node/api/held_view.h"
#include "node/api/operation.h"

namespace koinon {

struct PeerView {
  PeerStatus peer;
  std::string send;  // our line, to send to a peer whose operator has not pinned us; empty: nothing to do
  std::uint64_t entries = 0;  // entries of its log that are here
};

struct PeersView {
  std::vector<PeerView> items;
  std::vector<Knock> knocks;  // tries to connect by nodes that are not pinned
};

struct PeerWish {
  std::string line;   // the output of its `koinon id`
  bool vouch = true;  // vouch for its city after a session has proven its key
};

// A node that was just pinned.
struct PinnedPeer {
  std::string name;
  std::string address;  // or empty
  bool vouch = true;
  std::optional<SigningWait> signing_waits = {};  // why the vouch is not signed yet, once its key is proven
  std::vector<NodeKey> other_keys = {};  // of nodes that are pinned as the same city, or under its name
};
// The name by which the audit names a peer that was pinned.
inline std::string name_of_pinned(const PinnedPeer& peer) { return peer.name; }
// Pins the node of the record. `parts` must live longer than every request.
boost::asio::awaitable<Result<PinnedPeer>> pin_peer(ApiParts* parts, PeerRecord peer);

// A peer by its name or its node key.
struct NamedPeer {
  std::string peer;
};

// Members that are not set stay as they are; one at least is set.
struct PeerChange {
  std::string peer;                    // its name or its node key
  std::optional<bool> paused;          // true: the session ends, and there is no other until false is said
  std::optional<std::string> address;  // HOST:PORT; empty: it dials us
};

struct RemovedPeer {
  std::string name;
  std::optional<HeldView> held;  // what takes our vouch back is kept until the node may sign
};

class PeersApi {
 public:
  explicit PeersApi(ApiShared& shared);

  const Operation<Nothing, PeersView> list;
  const Operation<PeerWish, PinnedPeer> add;
  // kConflict: several are called so.
  const Operation<PeerChange, PeerView> change;
  // If it is the last node of its city, our vouch for the city is taken back.
  const Operation<NamedPeer, RemovedPeer> remove;
  // Whether connected peers reach this node at the address that it tells others; waits for them, limits::
  // kReachedWait at most. kConflict: it tells none.
  const Operation<Nothing, ReachView> ask_reaches;

 private:
  boost::asio::awaitable<Result<PeersView>> peers(Asker asker, Nothing query);
  boost::asio::awaitable<Result<PinnedPeer>> add_peer(Asker asker, PeerWish wish);
  boost::asio::awaitable<Result<PeerView>> change_peer(Asker asker, PeerChange wish);
  boost::asio::awaitable<Result<RemovedPeer>> remove_peer(Asker asker, NamedPeer named);
  boost::asio::awaitable<Result<ReachView>> ask_peers(Asker asker, Nothing query);

  PeerView view_of(PeerStatus peer);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
