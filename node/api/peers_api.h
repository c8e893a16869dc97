// The nodes that are pinned, and whether they are connected.
//
// On the reading thread that its parts belong to; the network and the writer go by what is changed.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct PeerView {
  PeerStatus peer;
  std::string send;           // our line, for one whose operator has not pinned us; empty: nothing is to do
  std::uint64_t entries = 0;  // of its log, here
};

struct PeersView {
  std::vector<PeerView> items;
  std::vector<Knock> knocks;  // of nodes that are not pinned
};

struct PeerWish {
  std::string line;   // of its koinon id
  bool vouch = true;  // for its city, once a session has proven its key
};

// One that is pinned now.
struct PinnedPeer {
  std::string name;
  std::string address;  // or empty
  bool vouch = true;
};

// By its name, or its node key.
struct NamedPeer {
  std::string peer;
};

struct RemovedPeer {
  std::string name;
};

class PeersApi {
 public:
  explicit PeersApi(ApiShared& shared);

  const Operation<Nothing, PeersView> list;
  const Operation<PeerWish, PinnedPeer> add;
  // With its last node a city loses our vouch.
  const Operation<NamedPeer, RemovedPeer> remove;

 private:
  boost::asio::awaitable<Result<PeersView>> peers(Asker asker, Nothing query);
  boost::asio::awaitable<Result<PinnedPeer>> add_peer(Asker asker, PeerWish wish);
  boost::asio::awaitable<Result<RemovedPeer>> remove_peer(Asker asker, NamedPeer named);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
