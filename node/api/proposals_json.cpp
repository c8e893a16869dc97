#include "node/api/proposals_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object proposal_json(const ProposalView& view) {
  json::object out = summary_json(view.note);
  out["of"] = view.of;
  out["of_title"] = view.of_title;
  out["section"] = view.section;
  out["instead_of"] = view.instead_of;
  out["text"] = view.text;
  out["reason"] = view.reason;
  out["state"] = proposal_state_text(view.state);
  if (!view.settled_by.empty()) out["settled_by"] = view.settled_by;
  if (!view.why.empty()) out["why"] = view.why;
  return out;
}

HttpResponse list_answer(const ApiRequest& request, const std::vector<ProposalView>& view) {
  json::array items;
  for (const ProposalView& one : view) items.push_back(proposal_json(one));
  return conditional(request, json_response({{"items", std::move(items)}}));
}

HttpResponse one_answer(const ApiRequest& request, const ProposalView& view) {
  return conditional(request, json_response(proposal_json(view)));
}

}  // namespace

void add_proposals_routes(RouteTable& routes, CallGate& gate, const ProposalsApi& proposals) {
  add_route(routes, gate, proposals.list, record_arg, list_answer);
  add_route(routes, gate, proposals.get, record_arg, one_answer);
}

}  // namespace koinon
