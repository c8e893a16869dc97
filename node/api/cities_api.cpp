#include "node/api/cities_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/network_questions.h"
#include "node/api/record_json.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kReadAtOnce = 200;
constexpr std::size_t kLooks = 20;
constexpr std::size_t kVouchesShown = 100;
constexpr std::uint64_t kVouchesMost = 10'000'000;

}  // namespace

void CitiesApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* pattern, Need need, const char* id, const char* tag, const char* summary,
                       std::vector<std::string> query, const char* gives,
                       asio::awaitable<HttpResponse> (CitiesApi::*handler)(ApiRequest)) {
    routes.add({{"GET", pattern, need, id, tag, summary, std::move(query), "", gives},
                koinon::handler(this, handler)});
  };
  add("/api/v1/cities", Need::kReading, "listCities", "reading",
      "The cities that are held, by name, each with the path by which it is trusted",
      {"q", "limit", "cursor"}, "CityList", &CitiesApi::list);
  add("/api/v1/cities/{city}", Need::kReading, "getCity", "reading",
      "A city: by which path it is trusted, whom it vouches for, who vouches for it, who holds its log",
      {"parts", "vouches_from", "vouchers_from"}, "CityStanding", &CitiesApi::one);
  add("/api/v1/blocks", Need::kOperator, "listBlocks", "operating", "The cities of which nothing is taken",
      {}, "CityNames", &CitiesApi::blocks);
}

json::object CitiesApi::city_json(Directory& directory, const LogState& state, const TrustPath& path) {
  json::array hops;
  for (const LogId& hop : path) hops.emplace_back(directory.city(hop));
  return {{"city", directory.city(state.id)},
          {"log_id", to_text(state.id)},
          {"vkey", state.identity.vkey().text()},
          {"entries", state.range.size().value},
          {"frozen", state.frozen},
          {"name_claimed_twice", directory.shares_name(state)},
          {"display_name", directory.display_name(state.id)},
          {"trust_path", std::move(hops)}};
}

// Looks at so many cities that are held, trusted or not: where few are, a page has fewer, and leads on.
asio::awaitable<HttpResponse> CitiesApi::list(ApiRequest request) {
  const auto limit = read_limit(request, limits::kPageSize, limits::kPageSizeMax);
  if (!limit.ok()) co_return problem(limit.error());
  auto last = place_of(request.param("cursor"));
  if (!last.ok()) co_return problem(last.error());
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const std::string part = request.param("q");
  json::array items;
  ListBudget budget;
  std::size_t total = 0;
  bool full = false;
  bool more = true;
  for (std::size_t looks = 0; more && !full && items.size() < *limit && looks < kLooks; ++looks) {
    const auto states = parts_.store->logs_after(*last, kReadAtOnce);
    if (!states.ok()) co_return problem(states.error());
    more = states->size() == kReadAtOnce;
    std::vector<LogId> logs;
    for (const LogState& state : *states) {
      if (state.identity.name.find(part) != std::string::npos) logs.push_back(state.id);
    }
    const TrustPaths trust = co_await ask_paths(&parts_.network, logs);
    total = trust.trusted;
    std::size_t asked = 0;
    for (const LogState& state : *states) {
      if (items.size() == *limit) {
        more = true;
        break;
      }
      const bool named = asked < logs.size() && state.id == logs[asked];
      if (const auto path = named ? trust.paths[asked++] : std::nullopt; path) {
        json::object item = city_json(directory, state, *path);
        full = !budget.takes(item);
        if (full) break;
        items.push_back(std::move(item));
      }
      *last = state;
    }
  }
  json::object out{{"items", std::move(items)}, {"total", total}};
  if ((more || full) && *last) out["next"] = to_text((*last)->id);
  co_return json_response(out);
}

// The city that a page before ended with; none: from the first on.
Result<std::optional<LogState>> CitiesApi::place_of(const std::string& cursor) {
  if (cursor.empty()) return std::optional<LogState>();
  const auto id = parse_log_id(cursor);
  if (!id.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
  KOINON_ASSIGN(LogState last, parts_.store->log_state(*id));
  return std::optional(std::move(last));
}

asio::awaitable<HttpResponse> CitiesApi::one(ApiRequest request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const auto log = directory.find_any(request.arg("city"));
  if (!log.ok()) co_return problem(log.error());
  const auto state = parts_.store->log_state(*log);
  if (!state.ok()) co_return problem(state.error());
  const auto vouches_from = number_param(request, "vouches_from", kVouchesMost);
  if (!vouches_from.ok()) co_return problem(vouches_from.error());
  const auto vouchers_from = number_param(request, "vouchers_from", kVouchesMost);
  if (!vouchers_from.ok()) co_return problem(vouchers_from.error());
  // Whoever asks who holds the log alone is spared the rest.
  const bool holders_alone = request.param("parts") == "holders";
  const CityStanding standing = co_await ask_standing(&parts_.network, *log, {!holders_alone, std::nullopt});
  json::object body = city_json(directory, *state, standing.path);
  body["trusted"] = standing.trusted;
  body["blocked"] = standing.blocked;
  if (!holders_alone) {
    const auto own = parts_.facts.log();
    const auto& vouchers = standing.vouchers;
    body["vouches_total"] = standing.vouches.size();
    body["vouchers_total"] = vouchers.size();
    body["vouched_for_here"] = own && std::find(vouchers.begin(), vouchers.end(), *own) != vouchers.end();
  }
  json::array vouches;
  for (std::size_t i = *vouches_from; i < standing.vouches.size() && vouches.size() < kVouchesShown; ++i) {
    const VouchFact& vouch = standing.vouches[i];
    // Of a city that is not held its name is what the voucher says.
    const bool held = parts_.store->log_state(vouch.target).ok();
    vouches.push_back(json::object{{"city", held ? directory.city(vouch.target) : vouch.name},
                                   {"log_id", to_text(vouch.target)},
                                   {"held", held},
                                   {"expires_at", time_text(vouch.expires_at)}});
  }
  body["vouches_for"] = std::move(vouches);
  json::array vouchers;
  for (std::size_t i = *vouchers_from; i < standing.vouchers.size() && vouchers.size() < kVouchesShown; ++i)
    vouchers.emplace_back(directory.city(standing.vouchers[i]));
  body["vouched_for_by"] = std::move(vouchers);
  json::array holders;
  for (const auto& [peer, size] : standing.log.held_by) {
    const auto holder = standing.cities.find(peer);
    if (holder != standing.cities.end())
      holders.push_back(json::object{{"city", directory.city(holder->second)}, {"entries", size.value}});
  }
  body["held_by"] = std::move(holders);
  co_return json_response(body);
}

asio::awaitable<HttpResponse> CitiesApi::blocks(ApiRequest) {
  const NetworkStatus network = co_await ask_network(&parts_.network);
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  json::array items;
  for (const LogId& log : network.blocked)
    items.push_back(json::object{{"city", directory.city(log)}, {"log_id", to_text(log)}});
  co_return json_response({{"items", std::move(items)}});
}

}  // namespace koinon
