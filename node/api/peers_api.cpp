#include "node/api/peers_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "node/publishing/vouching.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// Duplicates are pushes of what was here already: what a settled tree has few of.
json::object counts_json(const SessionCounts& counts) {
  return {{"heads_in", counts.heads_in},
          {"records_in", counts.records_in},
          {"record_copies_in", counts.copies_in},
          {"pushes_in", counts.pushes_in},
          {"duplicates_in", counts.duplicates_in},
          {"bodies_in", counts.bodies_in},
          {"bodies_not_held", counts.bodies_not_held},
          {"records_out", counts.records_out},
          {"pushes_out", counts.pushes_out},
          {"bodies_out", counts.bodies_out},
          {"file_bytes_in", counts.file_bytes_in},
          {"file_bytes_out", counts.file_bytes_out}};
}

}  // namespace

void PeersApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/api/v1/peers",
               .need = Need::kOperator,
               .id = "listPeers",
               .tag = "operating",
               .summary = "Who is pinned, and whether they are connected",
               .gives = "PeerList"},
              handler(this, &PeersApi::peers)});
  routes.add({{.method = "POST",
               .pattern = "/api/v1/peers",
               .need = Need::kOperator,
               .id = "addPeer",
               .tag = "operating",
               .summary = "Pin a node by the line of its koinon id",
               .takes = "PeerRequest",
               .gives = "PeerAdded",
               .status = 201},
              handler(this, &PeersApi::add_peer)});
  routes.add({{.method = "DELETE",
               .pattern = "/api/v1/peers/{peer}",
               .need = Need::kOperator,
               .id = "removePeer",
               .tag = "operating",
               .summary = "Unpin a node",
               .gives = "PeerRemoved"},
              handler(this, &PeersApi::remove_peer)});
}

asio::awaitable<HttpResponse> PeersApi::peers(ApiRequest) {
  const NetworkStatus network = co_await ask_network(&parts_.network);
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  json::array items;
  for (const PeerStatus& peer : network.peers) {
    json::object item;
    item["name"] = peer.name;
    item["log_id"] = peer.log ? to_text(*peer.log) : "";
    item["observer"] = !peer.log;
    item["node_key"] = to_text(peer.node_key);
    item["address"] = peer.address;
    item["vouch"] = peer.vouch;
    item["connected"] = peer.connected;
    item["state"] = peer.state;
    item["state_at"] = time_text(peer.state_at);
    item["trouble"] = trouble_name(peer.trouble);
    if (peer.trouble == PeerTrouble::kNotPinnedThere) item["send"] = parts_.facts.peer_line().text();
    item["agent"] = peer.agent;
    item["bytes_in"] = peer.bytes_in;
    item["bytes_out"] = peer.bytes_out;
    item["bytes_queued"] = peer.queued;
    item["journal_cursor"] = peer.cursor;
    item["wants"] = peer.wants;
    item["counts"] = counts_json(peer.counts);
    item["shunned"] = peer.shunned;
    item["sessions"] = peer.conduct.sessions;
    item["lies"] = peer.conduct.lies;
    item["last_lie"] = peer.conduct.last_lie;
    const auto held = peer.log ? parts_.store->log_state(*peer.log) : Result<LogState>(LogState());
    item["entries"] = held.ok() ? held->range.size().value : 0;
    items.push_back(std::move(item));
  }
  json::array knocks;
  for (const Knock& knock : network.knocks) {
    knocks.push_back(json::object{{"node_key", to_text(knock.key)},
                                  {"spoken", spoken(knock.key)},
                                  {"address", knock.address},
                                  {"count", knock.count},
                                  {"first_at", time_text(knock.first)},
                                  {"last_at", time_text(knock.last)}});
  }
  co_return json_response({{"items", std::move(items)}, {"knocks", std::move(knocks)}});
}

asio::awaitable<HttpResponse> PeersApi::add_peer(ApiRequest request) {
  const auto prepare = [&]() -> Result<PeerRecord> {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"line", "vouch"}));
    KOINON_ASSIGN(PeerRecord peer, peer_of_line(text_member(object, "line"), parts_.facts.log(),
                                                parts_.facts.node_key, parts_.clock.wall()));
    peer.vouch = flag_member(object, "vouch", true) && peer.log && parts_.facts.log();
    return peer;
  };
  const auto peer = prepare();
  if (!peer.ok()) co_return problem(peer.error());
  const Status status = co_await change_store(
      &parts_.writer, [record = *peer](Store& store) { return store.put_peer(record); });
  if (!status.ok()) co_return problem(status.error());
  parts_.network.add_peer(*peer);
  co_return json_response({{"name", peer->name}, {"address", peer->address}, {"vouch", peer->vouch}}, 201);
}

asio::awaitable<HttpResponse> PeersApi::remove_peer(ApiRequest request) {
  const std::string which = request.arg("peer");
  const NetworkStatus network = co_await ask_network(&parts_.network);
  std::vector<PeerStatus> found;
  for (const PeerStatus& peer : network.peers) {
    if (peer.name == which || to_text(peer.node_key) == which) found.push_back(peer);
  }
  if (found.empty())
    co_return problem(fail(Code::kNotFound, Sentence{"peer.unknown", "no peer is called so"}, which));
  if (found.size() > 1) {
    co_return problem(fail(Code::kConflict,
                           "several peers are called so; give the node key that `koinon peer list` shows",
                           which));
  }
  const NodeKey key = found.front().node_key;
  StoreWriter* writer = &parts_.writer;
  Beginning<Status> begin = [writer, key](std::function<void(Status)> done) {
    writer->change([key](Store& store) { return store.remove_peer(key); }, std::move(done));
  };
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  parts_.network.remove_peer(key);
  // Another node of the same city may be pinned still.
  const auto city = found.front().log;
  const bool last =
      city && std::none_of(network.peers.begin(), network.peers.end(),
                           [&](const PeerStatus& peer) { return peer.log == city && peer.node_key != key; });
  if (const auto own = parts_.facts.log(); last && own) {
    const auto withdrawn =
        co_await publish_vouch(&shared_, request.caller, vouch_withdrawal_maker(*own, *city));
    if (!withdrawn.ok() && withdrawn.error().code != Code::kNotFound) co_return problem(withdrawn.error());
  }
  co_return json_response({{"removed", found.front().name}});
}

}  // namespace koinon
