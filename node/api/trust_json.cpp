#include "node/api/trust_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/desk_json.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/trust_api.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

// {"city": NAME}
Result<NamedCity> city_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const boost::json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"city"}));
  return NamedCity{text_member(object, "city")};
}

Result<NamedCity> city_of_address(const ApiRequest& request) { return NamedCity{request.arg("city")}; }

HttpResponse vouch_answer(const ApiRequest&, const VouchView& view) {
  if (view.held) return json_response(held_json(*view.held), 202);
  return json_response({{"city", view.city}, {"ref", view.ref}, {"withdrawn", view.withdrawn}},
                       view.withdrawn ? 200 : 201);
}

HttpResponse block_answer(const ApiRequest&, const BlockView& view) {
  return json_response({{"city", view.city}, {"log_id", to_text(view.log)}, {"blocked", view.blocked}});
}

HttpResponse thaw_answer(const ApiRequest&, const ThawView& view) {
  return json_response({{"city", view.city},
                        {"log_id", to_text(view.log)},
                        {"frozen", false},
                        {"by", view.by},
                        {"at", time_text(view.at)}});
}

}  // namespace

void add_trust_routes(RouteTable& routes, CallGate& gate, const TrustApi& trust) {
  add_route(routes, gate, trust.vouch, city_of_body, vouch_answer);
  add_route(routes, gate, trust.withdraw_vouch, city_of_address, vouch_answer);
  add_route(routes, gate, trust.block, city_of_body, block_answer);
  add_route(routes, gate, trust.unblock, city_of_address, block_answer);
  add_route(routes, gate, trust.thaw, city_of_address, thaw_answer);
}

}  // namespace koinon
