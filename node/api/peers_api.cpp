#include "node/api/peers_api.h"

#include <algorithm>
#include <memory>

#include "node/api/change_request.h"
#include "node/api/kept_changes.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "proto/base/encoding.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::string target_of_peer(const NamedPeer& named) { return named.peer; }
std::string target_of_change(const PeerChange& wish) { return wish.peer; }

// The one that is called so, by its name or its node key.
Result<PeerStatus> named_peer(const NetworkStatus& network, const std::string& which) {
  std::vector<PeerStatus> found;
  for (const PeerStatus& peer : network.peers) {
    if (peer.name == which || to_text(peer.node_key) == which) found.push_back(peer);
  }
  if (found.empty()) return fail(Code::kNotFound, Sentence{"peer.unknown", "no peer is called so"}, which);
  if (found.size() == 1) return found.front();
  return fail(Code::kConflict,
              Sentence{"peer.several",
                       "several peers are called so; give the node key that `koinon peer list` shows"},
              which);
}

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
      change({.method = "PATCH",
              .pattern = "/api/v1/peers/{peer}",
              .need = Need::kOperator,
              .id = "changePeer",
              .tag = "operating",
              .summary = "Pause a peer, resume it, or change its address",
              .takes = "PeerChange",
              .gives = "Peer"},
             this, &PeersApi::change_peer, {.target = target_of_change}),
      remove({.method = "DELETE",
              .pattern = "/api/v1/peers/{peer}",
              .need = Need::kOperator,
              .id = "removePeer",
              .tag = "operating",
              .summary = "Unpin a node",
              .gives = "PeerRemoved"},
             this, &PeersApi::remove_peer, {.target = target_of_peer}),
      ask_reaches({.method = "POST",
                   .pattern = "/api/v1/reaches",
                   .need = Need::kOperator,
                   .id = "askReaches",
                   .tag = "operating",
                   .summary = "Ask connected peers whether they reach this node at its address",
                   .gives = "ReachList",
                   .body_limit = limits::kNoBodyBytes},
                  this, &PeersApi::ask_peers),
      shared_(shared),
      parts_(shared.parts) {}

asio::awaitable<Result<PeersView>> PeersApi::peers(Asker, Nothing) {
  NetworkStatus network = co_await parts_.network.status();
  PeersView out;
  for (PeerStatus& peer : network.peers) out.items.push_back(view_of(std::move(peer)));
  out.knocks = std::move(network.knocks);
  co_return out;
}

PeerView PeersApi::view_of(PeerStatus peer) {
  PeerView out;
  if (peer.trouble == PeerTrouble::kNotPinnedThere) out.send = own_peer_line(parts_).text();
  const auto held = peer.log ? parts_.store->log_state(*peer.log) : Result<LogState>(LogState());
  out.entries = held.ok() ? held->range.size().value : 0;
  out.peer = std::move(peer);
  return out;
}

namespace {

Status check_wish(const PeerChange& wish) {
  if (!wish.paused && !wish.address)
    return fail(Code::kInvalidArgument, "say what to change: paused, or address", "paused");
  if (!wish.address || wish.address->empty()) return {};
  const auto address = parse_address(*wish.address);
  return address.ok() ? Status() : Status(again_as(Code::kInvalidArgument, address.error(), "address"));
}

// The record in the store, changed. kNotFound: it was removed meanwhile.
Result<PeerRecord> change_record(Store& store, const NodeKey& key, const PeerChange& wish) {
  KOINON_ASSIGN(auto peers, store.peers());
  for (PeerRecord& peer : peers) {
    if (peer.node_key != key) continue;
    peer.paused = wish.paused.value_or(peer.paused);
    peer.address = wish.address.value_or(peer.address);
    KOINON_TRY(store.put_peer(peer));
    return std::move(peer);
  }
  return fail(Code::kNotFound, Sentence{"peer.unknown", "no peer is called so"}, wish.peer);
}

}  // namespace

// Two may change one peer at once, each something else of it. So the record is read where it is written.
asio::awaitable<Result<PeerView>> PeersApi::change_peer(Asker, PeerChange wish) {
  if (const Status good = check_wish(wish); !good.ok()) co_return good.error();
  const NetworkStatus before = co_await parts_.network.status();
  const auto peer = named_peer(before, wish.peer);
  if (!peer.ok()) co_return peer.error();
  const NodeKey key = peer->node_key;
  const auto record = std::make_shared<PeerRecord>();
  const Status kept = co_await change_store(
      &parts_.writer,
      [record, key, wish](Store& store) -> Status {
        KOINON_ASSIGN(*record, change_record(store, key, wish));
        return {};
      },
      [record, network = &parts_.network] { network->add_peer(*record); });
  if (!kept.ok()) co_return kept.error();
  const NetworkStatus after = co_await parts_.network.status();
  auto changed = named_peer(after, to_text(key));
  if (!changed.ok()) co_return changed.error();
  co_return view_of(std::move(*changed));
}

namespace {

// A city that has a new key is pinned twice, and so is one whose key was mistyped. Of observers the name is
// their key.
Result<std::vector<NodeKey>> other_keys_of(StoreReader& store, const PeerRecord& peer) {
  KOINON_ASSIGN(const auto pinned, store.peers());
  std::vector<NodeKey> out;
  for (const PeerRecord& other : pinned) {
    const bool same_city = other.log == peer.log || other.name == peer.name;
    if (peer.log && same_city && other.node_key != peer.node_key) out.push_back(other.node_key);
  }
  return out;
}

}  // namespace

asio::awaitable<Result<PinnedPeer>> pin_peer(ApiParts* parts, PeerRecord peer) {
  const auto others = std::make_shared<std::vector<NodeKey>>();
  const Status kept = co_await change_store(
      &parts->writer,
      [others, peer](Store& store) -> Status {
        KOINON_ASSIGN(*others, other_keys_of(store, peer));
        return store.put_peer(peer);
      },
      [peer, network = &parts->network] { network->add_peer(peer); });
  if (!kept.ok()) co_return kept.error();
  co_return PinnedPeer{peer.name, peer.address, peer.vouch,
                       peer.vouch ? parts->writer.signing_waits() : std::nullopt, std::move(*others)};
}

asio::awaitable<Result<PinnedPeer>> PeersApi::add_peer(Asker, PeerWish wish) {
  auto peer = peer_of_line(wish.line, parts_.facts.log(), parts_.facts.node_key, parts_.clock.wall());
  if (!peer.ok()) co_return peer.error();
  peer->vouch = wish.vouch && peer->log && parts_.facts.log();
  co_return co_await pin_peer(&parts_, std::move(*peer));
}

asio::awaitable<Result<ReachView>> PeersApi::ask_peers(Asker, Nothing) {
  const std::string address = own_peer_line(parts_).address;
  if (address.empty())
    co_return fail(Code::kConflict, "this node tells others no address, so nobody is to dial it", "address");
  co_return co_await parts_.network.reaches(address);
}

asio::awaitable<Result<RemovedPeer>> PeersApi::remove_peer(Asker asker, NamedPeer named) {
  const NetworkStatus network = co_await parts_.network.status();
  const auto found = named_peer(network, named.peer);
  if (!found.ok()) co_return found.error();
  const NodeKey key = found->node_key;
  const Status status = co_await change_store(
      &parts_.writer, [key](Store& store) { return store.remove_peer(key); },
      [key, network = &parts_.network] { network->remove_peer(key); });
  if (!status.ok()) co_return status.error();
  // Another node of the same city may be pinned still.
  RemovedPeer out{found->name, std::nullopt};
  const auto city = found->log;
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
