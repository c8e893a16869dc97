// The part of the API that changes what the node is connected to.
#include <algorithm>

#include <boost/json.hpp>

#include "node/api/api.h"
#include "node/api/change_request.h"
#include "node/api/network_questions.h"
#include "node/publishing/vouching.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

// Kept before it is gone by: what was signed upon it is signed upon it after a restart as well.
asio::awaitable<HttpResponse> Api::clock_is_right(ApiRequest request) {
  const auto read = [&]() -> Status {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"right"}));
    if (flag_member(object, "right", false)) return {};
    return fail(Code::kInvalidArgument, "it is true; a clock that is wrong is to be set", "right");
  };
  if (const Status meant = read(); !meant.ok()) co_return problem(meant.error());
  const std::string word = parts_.clock_questions.word();
  const Status kept =
      co_await change_store([word](Store& store) { return store.set_setting(kClockWord, word); });
  if (!kept.ok()) co_return problem(kept.error());
  parts_.clock_questions.believe(word);
  co_return json_response(clock_json(parts_.clock_questions.standing(), parts_.clock.wall()));
}

asio::awaitable<HttpResponse> Api::reindex(ApiRequest) {
  Beginning<Status> begin = parts_.reindex;
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  co_return json_response({{"state", "rebuilding"}}, 202);
}

asio::awaitable<Status> Api::pin_peer(PeerRecord peer) {
  co_return co_await change_store(
      [record = std::move(peer)](Store& store) { return store.put_peer(record); });
}

asio::awaitable<HttpResponse> Api::add_peer(ApiRequest request) {
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
  const Status status = co_await pin_peer(*peer);
  if (!status.ok()) co_return problem(status.error());
  parts_.network.add_peer(*peer);
  co_return json_response({{"name", peer->name}, {"address", peer->address}, {"vouch", peer->vouch}}, 201);
}

asio::awaitable<HttpResponse> Api::remove_peer(ApiRequest request) {
  const std::string which = request.arg("peer");
  const NetworkStatus network = co_await ask_network(&parts_.network);
  std::vector<PeerStatus> found;
  for (const PeerStatus& peer : network.peers) {
    if (peer.name == which || to_text(peer.node_key) == which) found.push_back(peer);
  }
  if (found.empty()) co_return problem(fail(Code::kNotFound, "no peer is called so", which));
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
    const auto withdrawn = co_await publish_vouch(request.caller, vouch_withdrawal_maker(*own, *city));
    if (!withdrawn.ok() && withdrawn.error().code != Code::kNotFound) co_return problem(withdrawn.error());
  }
  co_return json_response({{"removed", found.front().name}});
}

}  // namespace koinon
