#include "node/api/keys_json.h"

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/keys_api.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

HttpResponse rotate_answer(const ApiRequest&, const KeyChangeView& view) {
  return json_response({{"vkey", view.vkey.text()}, {"ref", view.ref}}, 201);
}

Result<NodeKeyQuery> read_node_key_query(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"now"}));
  return NodeKeyQuery{flag_member(object, "now", false)};
}

HttpResponse node_key_answer(const ApiRequest&, const WaitingNodeKey& view) {
  return json_response(node_key_wait_json(view), 201);
}

HttpResponse cosigner_answer(const ApiRequest&, const CosignerKeyView& view) {
  return json_response({{"vkey", view.vkey.text()}, {"ref", view.ref}}, 201);
}

}  // namespace

json::object node_key_wait_json(const WaitingNodeKey& view) {
  const NodeKeyWaitView& wait = view.wait;
  return {{"node_key", to_text(wait.next)},
          {"ref", view.ref},
          {"peers", wait.peers},
          {"known_by", wait.peers - wait.awaited.size()},
          {"awaited", json::array(wait.awaited.begin(), wait.awaited.end())},
          {"now", wait.now}};
}

void add_keys_routes(RouteTable& routes, CallGate& gate, const KeysApi& keys) {
  add_route(routes, gate, keys.rotate, read_nothing, rotate_answer);
  add_route(routes, gate, keys.rotate_node, read_node_key_query, node_key_answer);
  add_route(routes, gate, keys.rotate_cosigner, read_nothing, cosigner_answer);
}

}  // namespace koinon
