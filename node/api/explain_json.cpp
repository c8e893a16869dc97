#include "node/api/explain_json.h"

#include <boost/json.hpp>

#include "node/api/explain_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<ExplainCityQuery> city_to_explain(const ApiRequest& request) {
  return ExplainCityQuery{request.arg("city")};
}

Result<ExplainRecordQuery> record_to_explain(const ApiRequest& request) {
  return read_explain_record_query(request.arg("city"), request.arg("index"));
}

HttpResponse answer(const ApiRequest&, const ExplanationView& view) {
  return json_response({{"subject", view.subject},
                        {"verdict", view.verdict},
                        {"because", json::array(view.because.begin(), view.because.end())},
                        {"change", json::array(view.change.begin(), view.change.end())}});
}

}  // namespace

void add_explain_routes(RouteTable& routes, CallGate& gate, const ExplainApi& explain) {
  add_route(routes, gate, explain.city, city_to_explain, answer);
  add_route(routes, gate, explain.record, record_to_explain, answer);
}

}  // namespace koinon
