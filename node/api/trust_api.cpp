#include "node/api/trust_api.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "node/publishing/vouching.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

void TrustApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "POST",
               .pattern = "/api/v1/vouches",
               .need = Need::kOperator,
               .id = "vouch",
               .tag = "operating",
               .summary = "Publish that this city knows another",
               .takes = "CityRequest",
               .gives = "Vouch",
               .status = 201},
              handler(this, &TrustApi::add_vouch)});
  routes.add({{.method = "DELETE",
               .pattern = "/api/v1/vouches/{city}",
               .need = Need::kOperator,
               .id = "withdrawVouch",
               .tag = "operating",
               .summary = "Take a vouch back",
               .gives = "Vouch"},
              handler(this, &TrustApi::withdraw_vouch)});
  routes.add({{.method = "POST",
               .pattern = "/api/v1/blocks",
               .need = Need::kOperator,
               .id = "block",
               .tag = "operating",
               .summary = "Take and relay nothing of a city",
               .takes = "CityRequest",
               .gives = "Block"},
              handler(this, &TrustApi::add_block)});
  routes.add({{.method = "DELETE",
               .pattern = "/api/v1/blocks/{city}",
               .need = Need::kOperator,
               .id = "unblock",
               .tag = "operating",
               .summary = "Take and relay it again",
               .gives = "Block"},
              handler(this, &TrustApi::remove_block)});
}

asio::awaitable<HttpResponse> TrustApi::vouch(ApiRequest request, bool withdraw) {
  Directory directory(*parts_.store, parts_.nearness);
  const auto prepare = [&]() -> Result<LogId> {
    std::string city = withdraw ? request.arg("city") : "";
    if (!withdraw) {
      KOINON_ASSIGN(const json::object object, parse_request(request.body));
      KOINON_TRY(check_members(object, {"city"}));
      city = text_member(object, "city");
    }
    // Nobody vouches by a bare name for a log that has no right to it.
    KOINON_ASSIGN(const LogId log, withdraw ? directory.find_any(city) : directory.find_log(city));
    if (log == parts_.facts.log())
      return fail(Code::kInvalidArgument, "a city does not vouch for itself", "city");
    return log;
  };
  const auto log = prepare();
  if (!log.ok()) co_return problem(log.error());
  const LogId own = parts_.facts.log().value_or(LogId());  // an observer is refused when it comes to signing
  DraftMaker maker =
      withdraw ? vouch_withdrawal_maker(own, *log) : city_vouch_maker(*log, parts_.clock.wall());
  const auto published = co_await publish_vouch(&shared_, request.caller, std::move(maker));
  if (!published.ok()) co_return problem(published.error());
  co_return json_response({{"city", directory.city(*log)},
                           {"ref", directory.ref(*parts_.facts.log(), published->index)},
                           {"withdrawn", withdraw}},
                          withdraw ? 200 : 201);
}

asio::awaitable<HttpResponse> TrustApi::block(ApiRequest request, bool blocked) {
  const auto prepare = [&]() -> Result<LogId> {
    Directory directory(*parts_.store, parts_.nearness);
    std::string city = blocked ? "" : request.arg("city");
    if (blocked) {
      KOINON_ASSIGN(const json::object object, parse_request(request.body));
      KOINON_TRY(check_members(object, {"city"}));
      city = text_member(object, "city");
    }
    KOINON_ASSIGN(const LogId log, directory.find_any(city));
    if (log == parts_.facts.log())
      return fail(Code::kInvalidArgument, "a city does not block itself", "city");
    return log;
  };
  const auto log = prepare();
  if (!log.ok()) co_return problem(log.error());
  const Status stored =
      co_await change_store(&parts_.writer, [id = *log, blocked](Store& store) { return store.set_blocked(id, blocked); });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.set_blocked(*log, blocked);
  // Who has the name has changed with it: the answer, and what is asked for next, say so.
  co_await ask_standing(&parts_.network, *log);
  Directory directory(*parts_.store, parts_.nearness);
  co_return json_response({{"city", directory.city(*log)}, {"log_id", to_text(*log)}, {"blocked", blocked}});
}

asio::awaitable<HttpResponse> TrustApi::add_vouch(ApiRequest request) { return vouch(std::move(request), false); }
asio::awaitable<HttpResponse> TrustApi::withdraw_vouch(ApiRequest request) {
  return vouch(std::move(request), true);
}
asio::awaitable<HttpResponse> TrustApi::add_block(ApiRequest request) { return block(std::move(request), true); }
asio::awaitable<HttpResponse> TrustApi::remove_block(ApiRequest request) {
  return block(std::move(request), false);
}

}  // namespace koinon
