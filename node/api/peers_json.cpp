#include "node/api/peers_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/desk_json.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/peers_api.h"
#include "node/api/query_params.h"
#include "node/text/spoken_key.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
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

json::object peer_json(const PeerView& view) {
  const PeerStatus& peer = view.peer;
  json::object item;
  item["name"] = peer.name;
  item["log_id"] = peer.log ? to_text(*peer.log) : "";
  item["observer"] = !peer.log;
  item["node_key"] = to_text(peer.node_key);
  item["address"] = peer.address;
  item["vouch"] = peer.vouch;
  item["paused"] = peer.paused;
  item["connected"] = peer.connected;
  item["state"] = peer.state;
  item["state_at"] = time_text(peer.state_at);
  item["trouble"] = trouble_name(peer.trouble);
  if (!view.send.empty()) item["send"] = view.send;
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
  item["entries"] = view.entries;
  if (peer.lag) item["lag"] = *peer.lag;
  item["came_in"] = peer.came_in;
  return item;
}

HttpResponse list_answer(const ApiRequest&, const PeersView& view) {
  json::array items;
  for (const PeerView& peer : view.items) items.push_back(peer_json(peer));
  json::array knocks;
  for (const Knock& knock : view.knocks) {
    knocks.push_back(json::object{{"node_key", to_text(knock.key)},
                                  {"spoken", spoken(knock.key)},
                                  {"address", knock.address},
                                  {"count", knock.count},
                                  {"first_at", time_text(knock.first)},
                                  {"last_at", time_text(knock.last)}});
  }
  return json_response({{"items", std::move(items)}, {"knocks", std::move(knocks)}});
}

// {"line": LINE, "vouch": true}
Result<PeerWish> peer_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"line", "vouch"}));
  return PeerWish{text_member(object, "line"), flag_member(object, "vouch", true)};
}

// {"paused": true, "address": "HOST:PORT"}, or one of them.
Result<PeerChange> change_of_request(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"paused", "address"}));
  PeerChange out;
  out.peer = request.arg("peer");
  if (const auto* paused = object.if_contains("paused"); paused != nullptr) {
    if (!paused->is_bool()) return fail(Code::kInvalidArgument, "it is true or false", "paused");
    out.paused = paused->as_bool();
  }
  if (object.contains("address")) out.address = text_member(object, "address");
  return out;
}

HttpResponse peer_answer(const ApiRequest&, const PeerView& view) { return json_response(peer_json(view)); }

// no-answer: not in time, or the session ended.
std::string_view outcome_name(const std::optional<v1::ReachOutcome>& outcome) {
  if (!outcome) return "no-answer";
  switch (*outcome) {
    case v1::REACH_OUTCOME_REACHED:
      return "reached";
    case v1::REACH_OUTCOME_OTHER_KEY:
      return "other-key";
    case v1::REACH_OUTCOME_NO_NODE:
      return "no-node";
    case v1::REACH_OUTCOME_REFUSED:
      return "refused";
    case v1::REACH_OUTCOME_SILENT:
      return "silent";
    case v1::REACH_OUTCOME_NOT_LOOKED_UP:
      return "not-looked-up";
    case v1::REACH_OUTCOME_NOT_DIALLED:
      return "not-dialled";
    case v1::REACH_OUTCOME_BUSY:
      return "busy";
    default:
      return "unknown";
  }
}

HttpResponse reaches_answer(const ApiRequest&, const ReachView& view) {
  json::array items;
  for (const ReachView::Peer& peer : view.peers) {
    items.push_back(json::object{{"name", peer.name},
                                 {"node_key", to_text(peer.said.peer)},
                                 {"dialled", peer.said.dialled},
                                 {"outcome", outcome_name(peer.said.outcome)}});
  }
  return json_response(
      {{"address", view.address}, {"connected", view.connected}, {"items", std::move(items)}});
}

HttpResponse removed_answer(const ApiRequest&, const RemovedPeer& view) {
  json::object body{{"removed", view.name}};
  if (view.held) body["held"] = held_json(*view.held);
  return json_response(body);
}

}  // namespace

HttpResponse pinned_answer(const ApiRequest&, const PinnedPeer& view) {
  json::object body{{"name", view.name}, {"address", view.address}, {"vouch", view.vouch}};
  if (view.signing_waits) body["signing_waits"] = signing_waits_json(*view.signing_waits);
  json::array others;
  for (const NodeKey& key : view.other_keys) others.emplace_back(to_text(key));
  if (!others.empty()) body["other_node_keys"] = std::move(others);
  return json_response(body, 201);
}

void add_peers_routes(RouteTable& routes, CallGate& gate, const PeersApi& peers) {
  add_route(routes, gate, peers.list, read_nothing, list_answer);
  add_route(routes, gate, peers.add, peer_of_body, pinned_answer);
  add_route(routes, gate, peers.change, change_of_request, peer_answer);
  add_route(
      routes, gate, peers.remove,
      +[](const ApiRequest& request) -> Result<NamedPeer> { return NamedPeer{request.arg("peer")}; },
      removed_answer);
  add_route(routes, gate, peers.ask_reaches, read_nothing, reaches_answer);
}

}  // namespace koinon
