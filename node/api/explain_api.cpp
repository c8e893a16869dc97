#include "node/api/explain_api.h"

#include <boost/json.hpp>

#include "node/api/explanation.h"
#include "node/api/json_response.h"
#include "node/api/network_questions.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;

void ExplainApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/api/v1/explain/{city}",
               .need = Need::kReader,
               .id = "explainCity",
               .tag = "operating",
               .summary = "Why a city is here, or what stands in the way",
               .gives = "Explanation"},
              handler(this, &ExplainApi::explain)});
  routes.add({{.method = "GET",
               .pattern = "/api/v1/explain/{city}/{index}",
               .need = Need::kReader,
               .id = "explainRecord",
               .tag = "operating",
               .summary = "Why a record is here, or what stands in the way",
               .gives = "Explanation"},
              handler(this, &ExplainApi::explain)});
}

asio::awaitable<HttpResponse> ExplainApi::explain(ApiRequest request) {
  Directory directory(*parts_.store, parts_.nearness);
  const std::string city = request.path[3];
  const auto log = directory.find_any(city);
  if (!log.ok() && log.error().code != Code::kNotFound) co_return problem(log.error());
  if (!log.ok()) {
    const auto vouched = parts_.store->vouched_as(city);
    if (!vouched.ok()) co_return problem(vouched.error());
    if (!*vouched) {
      co_return json_response(explain_unknown(city));
    }
    const CityStanding standing = co_await ask_standing(&parts_.network, **vouched);
    co_return json_response(
        explain_city(directory, *parts_.store, parts_.facts.log(), **vouched, city, standing));
  }
  if (request.path.size() == 4) {
    const CityStanding standing = co_await ask_standing(&parts_.network, *log);
    co_return json_response(
        explain_city(directory, *parts_.store, parts_.facts.log(), *log, directory.city(*log), standing));
  }
  const auto index = parse_decimal(request.path[4]);
  if (!index.ok()) co_return problem(fail(Code::kInvalidArgument, "it is CITY/NUMBER", "ref"));
  const CityStanding standing = co_await ask_standing(&parts_.network, *log, {true, EntryIndex(*index)});
  const auto indexed = parts_.index->get(*log, EntryIndex(*index));
  if (!indexed.ok()) co_return problem(indexed.error());
  const auto explained = explain_record(directory, *parts_.store, parts_.facts.log(), *log,
                                        EntryIndex(*index), standing, *indexed);
  if (!explained.ok()) co_return problem(explained.error());
  co_return json_response(*explained);
}

}  // namespace koinon
