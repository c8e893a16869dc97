#include "node/api/cities_json.h"

#include <boost/json.hpp>

#include "node/api/cities_api.h"
#include "node/api/file_response.h"
#include "node/api/json_response.h"
#include "node/api/key_views_json.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

HttpResponse list_answer(const ApiRequest&, const CityListView& view) {
  json::array items;
  for (const CityView& city : view.items) items.push_back(city_json(city));
  json::object body{{"items", std::move(items)}, {"total", view.total}};
  if (view.next) body["next"] = to_text(*view.next);
  return json_response(body);
}

const char* fork_text(ForkKind kind) {
  switch (kind) {
    case ForkKind::kTwoHeads:
      return "two_heads";
    case ForkKind::kTwoKeys:
      return "two_keys";
    case ForkKind::kTwoRecoveries:
      break;
  }
  return "two_recoveries";
}

json::object contradiction_json(const ContradictionView& shown) {
  json::object out{{"kind", fork_text(shown.kind)}};
  if (shown.kind == ForkKind::kTwoHeads) {
    out["at"] = shown.at;
    return out;
  }
  out["statement"] = shown.number;
  out["first"] = shown.first;
  out["second"] = shown.second;
  return out;
}

HttpResponse standing_answer(const ApiRequest&, const CityStandingView& view) {
  json::object body = city_json(view.city);
  body["trusted"] = view.trusted;
  body["blocked"] = view.blocked;
  if (view.totals) {
    body["vouches_total"] = view.totals->vouches;
    body["vouchers_total"] = view.totals->vouchers;
    body["vouched_for_here"] = view.totals->vouched_for_here;
  }
  json::array vouches;
  for (const CityVouch& vouch : view.vouches_for) {
    vouches.push_back(json::object{{"city", vouch.city},
                                   {"log_id", to_text(vouch.log)},
                                   {"held", vouch.held},
                                   {"expires_at", time_text(vouch.expires_at)}});
  }
  body["vouches_for"] = std::move(vouches);
  body["vouched_for_by"] = json::array(view.vouched_for_by.begin(), view.vouched_for_by.end());
  json::array holders;
  for (const CityHolder& holder : view.held_by)
    holders.push_back(json::object{{"city", holder.city}, {"entries", holder.entries}});
  body["held_by"] = std::move(holders);
  json::array changes;
  for (const KeyChange& change : view.key_changes) changes.push_back(key_change_json(change));
  body["key_changes"] = std::move(changes);
  body["evidence"] = view.evidence;
  if (view.contradiction) body["contradiction"] = contradiction_json(*view.contradiction);
  if (view.thawed) {
    json::object thawed{{"at", time_text(view.thawed->at)}};
    if (!view.thawed->by.empty()) thawed["by"] = view.thawed->by;
    body["thawed"] = std::move(thawed);
  }
  return json_response(body);
}

Result<NamedCity> whose_evidence(const ApiRequest& request) { return NamedCity{request.arg("city")}; }

HttpResponse evidence_answer(const ApiRequest& request, const EvidenceView& view) {
  return conditional(request, file_response(view.name + ".evidence", view.bytes));
}

HttpResponse blocks_answer(const ApiRequest&, const std::vector<BlockedCity>& view) {
  json::array items;
  for (const BlockedCity& one : view)
    items.push_back(json::object{{"city", one.city}, {"log_id", to_text(one.log)}});
  return json_response({{"items", std::move(items)}});
}

}  // namespace

json::object city_json(const CityView& city) {
  json::object out{{"city", city.city},
                   {"log_id", to_text(city.log)},
                   {"vkey", city.vkey},
                   {"entries", city.entries},
                   {"frozen", city.frozen},
                   {"for_good", city.for_good},
                   {"name_claimed_twice", city.name_claimed_twice},
                   {"display_name", city.display_name},
                   {"trust_path", json::array(city.trust_path.begin(), city.trust_path.end())}};
  if (!city.called.empty()) out["called"] = city.called;
  return out;
}

void add_cities_routes(RouteTable& routes, CallGate& gate, const CitiesApi& cities) {
  add_route(
      routes, gate, cities.list,
      +[](const ApiRequest& request) { return read_city_list_query(request.query); }, list_answer);
  add_route(
      routes, gate, cities.get,
      +[](const ApiRequest& request) { return read_city_query(request.arg("city"), request.query); },
      standing_answer);
  add_route(routes, gate, cities.evidence, whose_evidence, evidence_answer);
  add_route(routes, gate, cities.blocks, read_nothing, blocks_answer);
}

}  // namespace koinon
