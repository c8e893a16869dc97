#include "node/api/peers_api.h"

#include <algorithm>

#include "node/api/change_request.h"
#include "node/api/kept_changes.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "node/replication/from_callback.h"
#include "node/transport/network.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::string target_of_peer(const NamedPeer& named) { return named.peer; }

}  // namespace

PeersApi::PeersApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = "/api/v1/peers",
            .need = Need::kOperator,
            .id = "listPeers",
            .tag = "operating",
            .summary = "Who is pinned, and whether they are connected",
            .gives = "PeerList"},
           this, &PeersApi::peers),
      add({.method = "POST",
           .pattern = "/api/v1/peers",
           .need = Need::kOperator,
           .id = "addPeer",
           .tag = "operating",
           .summary = "Pin a node by the line of its koinon id",
           .takes = "PeerRequest",
           .gives = "PeerAdded",
           .status = 201},
          this, &PeersApi::add_peer, {.made = name_of_pinned}),
      remove({.method = "DELETE",
              .pattern = "/api/v1/peers/{peer}",
              .need = Need::kOperator,
              .id = "removePeer",
              .tag = "operating",
              .summary = "Unpin a node",
              .gives = "PeerRemoved"},
             this, &PeersApi::remove_peer, {.target = target_of_peer}),
      shared_(shared),
      parts_(shared.parts) {}

asio::awaitable<Result<PeersView>> PeersApi::peers(Asker, Nothing) {
  NetworkStatus network = co_await ask_network(&parts_.network);
  PeersView out;
  for (PeerStatus& peer : network.peers) {
    PeerView item;
    if (peer.trouble == PeerTrouble::kNotPinnedThere) item.send = own_peer_line(parts_).text();
    const auto held = peer.log ? parts_.store->log_state(*peer.log) : Result<LogState>(LogState());
    item.entries = held.ok() ? held->range.size().value : 0;
    item.peer = std::move(peer);
    out.items.push_back(std::move(item));
  }
  out.knocks = std::move(network.knocks);
  co_return out;
}

asio::awaitable<Result<PinnedPeer>> PeersApi::add_peer(Asker, PeerWish wish) {
  auto peer = peer_of_line(wish.line, parts_.facts.log(), parts_.facts.node_key, parts_.clock.wall());
  if (!peer.ok()) co_return peer.error();
  peer->vouch = wish.vouch && peer->log && parts_.facts.log();
  const Status status = co_await change_store(
      &parts_.writer, [record = *peer](Store& store) { return store.put_peer(record); });
  if (!status.ok()) co_return status.error();
  parts_.network.add_peer(*peer);
  co_return PinnedPeer{peer->name, peer->address, peer->vouch,
                       peer->vouch ? parts_.writer.signing_waits() : std::nullopt};
}

asio::awaitable<Result<RemovedPeer>> PeersApi::remove_peer(Asker asker, NamedPeer named) {
  const std::string& which = named.peer;
  const NetworkStatus network = co_await ask_network(&parts_.network);
  std::vector<PeerStatus> found;
  for (const PeerStatus& peer : network.peers) {
    if (peer.name == which || to_text(peer.node_key) == which) found.push_back(peer);
  }
  if (found.empty()) co_return fail(Code::kNotFound, Sentence{"peer.unknown", "no peer is called so"}, which);
  if (found.size() > 1) {
    co_return fail(Code::kConflict,
                   Sentence{"peer.several",
                            "several peers are called so; give the node key that `koinon peer list` shows"},
                   which);
  }
  const NodeKey key = found.front().node_key;
  StoreWriter* writer = &parts_.writer;
  Beginning<Status> begin = [writer, key](std::function<void(Status)> done) {
    writer->change([key](Store& store) { return store.remove_peer(key); }, std::move(done));
  };
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return status.error();
  parts_.network.remove_peer(key);
  // Another node of the same city may be pinned still.
  RemovedPeer out{found.front().name, std::nullopt};
  const auto city = found.front().log;
  const bool last =
      city && std::none_of(network.peers.begin(), network.peers.end(),
                           [&](const PeerStatus& peer) { return peer.log == city && peer.node_key != key; });
  if (const auto own = parts_.facts.log(); last && own) {
    const auto withdrawn = co_await publish_vouch(&shared_, asker.caller,
                                                  VouchRequest{to_text(*city), true, parts_.clock.wall()});
    if (!withdrawn.ok() && withdrawn.error().code != Code::kNotFound) co_return withdrawn.error();
    if (withdrawn.ok()) out.held = withdrawn->held;
  }
  co_return out;
}

}  // namespace koinon
