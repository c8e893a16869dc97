#include "node/api/keys_json.h"

#include "node/api/json_response.h"
#include "node/api/keys_api.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"

namespace koinon {
namespace {

HttpResponse rotate_answer(const ApiRequest&, const KeyChangeView& view) {
  return json_response({{"vkey", view.vkey.text()}, {"ref", view.ref}}, 201);
}

}  // namespace

void add_keys_routes(RouteTable& routes, CallGate& gate, const KeysApi& keys) {
  add_route(routes, gate, keys.rotate, read_nothing, rotate_answer);
}

}  // namespace koinon
