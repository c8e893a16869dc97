#include "node/api/proofs_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/proofs_api.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

HttpResponse plain_answer(const ApiRequest& request, const std::string& view) {
  return conditional(request, {200, "text/plain; charset=utf-8", view, {}});
}

json::array witnesses_json(const SignersView& view) {
  json::array out;
  for (const WitnessSigner& one : view.witnesses)
    out.push_back(
        json::object{{"name", one.name}, {"seconds", one.seconds}, {"at", time_text(signed_at(one))}});
  return out;
}

HttpResponse signers_answer(const ApiRequest& request, const SignersView& view) {
  json::array cosigners;
  for (const CosignerView& one : view.cosigners) {
    json::object item{{"city", one.city},
                      {"log_id", to_text(one.log)},
                      {"seconds", one.seconds},
                      {"at", time_text(signed_at(one))},
                      {"vkey", one.vkey.text()}};
    if (!one.display_name.empty()) item["display_name"] = one.display_name;
    cosigners.push_back(std::move(item));
  }
  return conditional(request, json_response(json::object{{"ref", view.ref},
                                                         {"entries", view.entries.value},
                                                         {"vkey", view.key.text()},
                                                         {"cosigners", std::move(cosigners)},
                                                         {"witnesses", witnesses_json(view)}}));
}

}  // namespace

void add_proofs_routes(RouteTable& routes, CallGate& gate, const ProofsApi& proofs) {
  add_route(routes, gate, proofs.proof, record_arg, plain_answer);
  add_route(routes, gate, proofs.signers, record_arg, signers_answer);
  add_route(
      routes, gate, proofs.policy,
      +[](const ApiRequest& request) { return read_policy_query(request.query); }, plain_answer);
}

}  // namespace koinon
