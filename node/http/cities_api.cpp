#include "node/http/cities_api.h"

#include <unordered_map>

#include <boost/json.hpp>

#include "node/http/list_budget.h"
#include "node/http/network_questions.h"
#include "node/http/query_params.h"
#include "node/http/record_json.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kReadAtOnce = 200;
constexpr std::size_t kLooks = 20;
constexpr std::size_t kVouchesShown = 100;

}  // namespace

void CitiesApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* pattern, Need need, const char* id, const char* tag, const char* summary,
                       std::vector<std::string> query, const char* gives,
                       asio::awaitable<HttpResponse> (CitiesApi::*handler)(HttpRequest)) {
    routes.add({"GET",
                pattern,
                need,
                id,
                tag,
                summary,
                std::move(query),
                "",
                gives,
                200,
                [this, handler](HttpRequest request) { return (this->*handler)(std::move(request)); },
                {}});
  };
  add("/api/v1/cities", Need::kReading, "listCities", "reading",
      "The cities that are held, by name, each with the path by which it is trusted",
      {"q", "limit", "cursor"}, "CityList", &CitiesApi::list);
  add("/api/v1/cities/{city}", Need::kReading, "getCity", "reading",
      "A city: by which path it is trusted, whom it vouches for, who vouches for it, who holds its log",
      {"parts"}, "CityStanding", &CitiesApi::one);
  add("/api/v1/blocks", Need::kOperator, "listBlocks", "operating", "The cities of which nothing is taken",
      {}, "CityNames", &CitiesApi::blocks);
}

json::object CitiesApi::city_json(Directory& directory, const LogState& state, const TrustPath& path) {
  const auto same = parts_.store->logs_named(state.identity.name, 2);
  json::array hops;
  for (const LogId& hop : path) hops.emplace_back(directory.city(hop));
  return {{"city", directory.city(state.id)},
          {"log_id", to_text(state.id)},
          {"vkey", state.identity.vkey().text()},
          {"entries", state.range.size().value},
          {"frozen", state.frozen},
          {"name_claimed_twice", same.ok() && same->size() > 1},
          {"display_name", directory.display_name(state.id)},
          {"trust_path", std::move(hops)}};
}

// Looks at so many cities that are held, trusted or not: where few are, a page has fewer, and leads on.
Result<json::object> CitiesApi::page(Directory& directory, const HttpRequest& request,
                                     const NetworkStatus& network) {
  KOINON_ASSIGN(const std::size_t limit, read_limit(request, limits::kPageSize, limits::kPageSizeMax));
  std::optional<LogState> last;
  if (const std::string cursor = request.param("cursor"); !cursor.empty()) {
    const auto id = parse_log_id(cursor);
    if (!id.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    KOINON_ASSIGN(last, parts_.store->log_state(*id));
  }
  std::unordered_map<LogId, const TrustPath*> trusted;
  for (const TrustedCity& city : network.trusted) trusted.emplace(city.log, &city.path);
  const std::string part = request.param("q");
  json::array items;
  ListBudget budget;
  bool full = false;
  bool more = true;
  for (std::size_t looks = 0; more && !full && items.size() < limit && looks < kLooks; ++looks) {
    KOINON_ASSIGN(const auto states, parts_.store->logs_after(last, kReadAtOnce));
    more = states.size() == kReadAtOnce;
    for (const LogState& state : states) {
      if (items.size() == limit) {
        more = true;
        break;
      }
      const auto found = trusted.find(state.id);
      if (found != trusted.end() && state.identity.name.find(part) != std::string::npos) {
        json::object item = city_json(directory, state, *found->second);
        full = !budget.takes(item);
        if (full) {
          more = true;
          break;
        }
        items.push_back(std::move(item));
      }
      last = state;
    }
  }
  json::object out{{"items", std::move(items)}, {"total", network.trusted.size()}};
  if (more && last) out["next"] = to_text(last->id);
  return out;
}

asio::awaitable<HttpResponse> CitiesApi::list(HttpRequest request) {
  const NetworkStatus network = co_await ask_network(&parts_.network);
  Directory directory(*parts_.store, parts_.index.get());
  const auto body = page(directory, request, network);
  co_return body.ok() ? json_response(*body) : problem(body.error());
}

asio::awaitable<HttpResponse> CitiesApi::one(HttpRequest request) {
  Directory directory(*parts_.store, parts_.index.get());
  const auto log = directory.find_log(request.arg("city"));
  if (!log.ok()) co_return problem(log.error());
  const auto state = parts_.store->log_state(*log);
  if (!state.ok()) co_return problem(state.error());
  const CityStanding standing = co_await ask_standing(&parts_.network, *log);
  json::object body = city_json(directory, *state, standing.path);
  body["trusted"] = standing.trusted;
  body["blocked"] = standing.blocked;
  // Whoever asks who holds the log alone is spared the rest.
  const bool holders_alone = request.param("parts") == "holders";
  body["vouches_total"] = standing.vouches.size();
  body["vouchers_total"] = standing.vouchers.size();
  json::array vouches;
  for (const VouchFact& vouch : standing.vouches) {
    if (holders_alone || vouches.size() == kVouchesShown) break;
    // Of a city that is not held its name is what the voucher says.
    const bool held = parts_.store->log_state(vouch.target).ok();
    vouches.push_back(json::object{{"city", held ? directory.city(vouch.target) : vouch.name},
                                   {"log_id", to_text(vouch.target)},
                                   {"held", held},
                                   {"expires_at", time_text(vouch.expires_at)}});
  }
  body["vouches_for"] = std::move(vouches);
  json::array vouchers;
  for (const LogId& voucher : standing.vouchers) {
    if (holders_alone || vouchers.size() == kVouchesShown) break;
    vouchers.emplace_back(directory.city(voucher));
  }
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

asio::awaitable<HttpResponse> CitiesApi::blocks(HttpRequest) {
  const NetworkStatus network = co_await ask_network(&parts_.network);
  Directory directory(*parts_.store, parts_.index.get());
  json::array items;
  for (const LogId& log : network.blocked)
    items.push_back(json::object{{"city", directory.city(log)}, {"log_id", to_text(log)}});
  co_return json_response({{"items", std::move(items)}});
}

}  // namespace koinon
