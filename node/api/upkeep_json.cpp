#include "node/api/upkeep_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/clock_json.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/standing_json.h"
#include "node/api/upkeep_api.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// {"right": true}
Result<Nothing> read_clock_word(const ApiRequest& request) {
  KOINON_ASSIGN(const boost::json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"right"}));
  if (flag_member(object, "right", false)) return Nothing{};
  return fail(Code::kInvalidArgument, "it is true; a clock that is wrong is to be set", "right");
}

// {"without": ["milan.example"], "alone": false}
Result<SigningWish> read_signing_word(const ApiRequest& request) {
  KOINON_ASSIGN(const boost::json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"without", "alone"}));
  SigningWish out;
  const auto* without = object.if_contains("without");
  if (without != nullptr && (!without->is_array() || without->get_array().size() > limits::kPeers))
    return fail(Code::kInvalidArgument, "it is a list of peers", "without");
  if (without != nullptr) {
    for (const auto& peer : without->get_array()) {
      if (!peer.is_string()) return fail(Code::kInvalidArgument, "it is a list of peers", "without");
      out.without.emplace_back(peer.get_string());
    }
  }
  out.alone = flag_member(object, "alone", false);
  if (out.without.empty() && !out.alone)
    return fail(Code::kInvalidArgument, "name peers, or say alone", "without");
  return out;
}

HttpResponse signing_answer(const ApiRequest&, const SigningNow& standing) {
  return json_response(standing_json(standing));
}

HttpResponse clock_answer(const ApiRequest&, const ClockView& view) {
  return json_response(clock_json(view.standing, view.now));
}

HttpResponse reindex_answer(const ApiRequest&, const Nothing&) {
  return json_response({{"state", "rebuilding"}}, 202);
}

}  // namespace

void add_upkeep_routes(RouteTable& routes, CallGate& gate, const UpkeepApi& upkeep) {
  add_route(routes, gate, upkeep.set_clock, read_clock_word, clock_answer);
  add_route(routes, gate, upkeep.sign, read_signing_word, signing_answer);
  add_route(routes, gate, upkeep.reindex, read_nothing, reindex_answer);
}

}  // namespace koinon
