#include "node/api/upkeep_api.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/clock_json.h"
#include "node/api/json_response.h"
#include "node/api/store_changes.h"
#include "node/replication/from_callback.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

void UpkeepApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "PUT",
               .pattern = "/api/v1/clock",
               .need = Need::kOperator,
               .id = "setClock",
               .tag = "operating",
               .summary = "Say that this machine's clock is right, so that signing goes on",
               .takes = "ClockWord",
               .gives = "Clock"},
              handler(this, &UpkeepApi::clock_is_right)});
  routes.add({{.method = "POST",
               .pattern = "/api/v1/reindex",
               .need = Need::kOperator,
               .id = "reindex",
               .tag = "operating",
               .summary = "Rebuild the search index",
               .gives = "Reindexing",
               .status = 202},
              handler(this, &UpkeepApi::reindex)});
}

// Kept before it is gone by: what was signed upon it is signed upon it after a restart as well.
asio::awaitable<HttpResponse> UpkeepApi::clock_is_right(ApiRequest request) {
  const auto read = [&]() -> Status {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"right"}));
    if (flag_member(object, "right", false)) return {};
    return fail(Code::kInvalidArgument, "it is true; a clock that is wrong is to be set", "right");
  };
  if (const Status meant = read(); !meant.ok()) co_return problem(meant.error());
  const std::string word = parts_.clock_questions.word();
  const Status kept = co_await change_store(
      &parts_.writer, [word](Store& store) { return store.set_setting(kClockWord, word); });
  if (!kept.ok()) co_return problem(kept.error());
  parts_.clock_questions.believe(word);
  co_return json_response(clock_json(parts_.clock_questions.standing(), parts_.clock.wall()));
}

asio::awaitable<HttpResponse> UpkeepApi::reindex(ApiRequest) {
  Beginning<Status> begin = parts_.reindex;
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  co_return json_response({{"state", "rebuilding"}}, 202);
}

}  // namespace koinon
