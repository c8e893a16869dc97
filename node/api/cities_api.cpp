#include "node/api/cities_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "koinon/v1/wire.pb.h"
#include "node/api/cities_json.h"
#include "node/api/network_questions.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadAtOnce = 200;
constexpr std::size_t kLooks = 20;
constexpr std::size_t kVouchesShown = 100;
constexpr std::uint64_t kVouchesMost = 10'000'000;

}  // namespace

Result<CityListQuery> read_city_list_query(const Params& params) {
  CityListQuery out;
  out.part = param(params, "q");
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  if (const std::string cursor = param(params, "cursor"); !cursor.empty()) {
    const auto id = parse_log_id(cursor);
    if (!id.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    out.after = *id;
  }
  return out;
}

Result<CityQuery> read_city_query(std::string city, const Params& params) {
  CityQuery out;
  out.city = std::move(city);
  KOINON_ASSIGN(out.vouches_from, number_param(params, "vouches_from", kVouchesMost));
  KOINON_ASSIGN(out.vouchers_from, number_param(params, "vouchers_from", kVouchesMost));
  out.holders_alone = param(params, "parts") == "holders";
  return out;
}

CitiesApi::CitiesApi(ApiParts& parts)
    : list({.method = "GET",
            .pattern = "/api/v1/cities",
            .need = Need::kReading,
            .id = "listCities",
            .tag = "reading",
            .summary = "The cities that are held, by name, each with the path by which it is trusted",
            .query = {"q", "limit", "cursor"},
            .gives = "CityList"},
           this, &CitiesApi::list_cities),
      get({.method = "GET",
           .pattern = "/api/v1/cities/{city}",
           .need = Need::kReading,
           .id = "getCity",
           .tag = "reading",
           .summary =
               "A city: by which path it is trusted, whom it vouches for, who vouches for it, who holds "
               "its log",
           .query = {"parts", "vouches_from", "vouchers_from"},
           .gives = "CityStanding"},
          this, &CitiesApi::get_city),
      evidence({.method = "GET",
                .pattern = "/api/v1/cities/{city}/evidence",
                .need = Need::kReading,
                .id = "getEvidence",
                .tag = "reading",
                .summary = "Evidence that the city signed two histories, as a file that anybody can verify "
                           "without a node; 404 if none is held",
                .gives = "application/octet-stream"},
               this, &CitiesApi::get_evidence),
      blocks({.method = "GET",
              .pattern = "/api/v1/blocks",
              .need = Need::kOperator,
              .id = "listBlocks",
              .tag = "operating",
              .summary = "The cities of which nothing is taken",
              .gives = "CityNames"},
             this, &CitiesApi::list_blocks),
      parts_(parts) {}

Result<CitiesApi::NextCities> CitiesApi::next_cities(const CityListQuery& query,
                                                     const std::optional<LogState>& last) {
  NextCities out;
  if (query.part.empty()) {
    KOINON_ASSIGN(out.states, parts_.store->logs_after(last, kReadAtOnce));
    out.more = out.states.size() == kReadAtOnce;
    return out;
  }
  CalledQuery wanted{query.part, query.whole, {}, {}, kReadAtOnce};
  if (last) {
    wanted.after_domain = last->identity().name;
    wanted.after = last->id;
  }
  KOINON_ASSIGN(const auto logs, parts_.index->called(wanted));
  out.more = logs.size() == kReadAtOnce;
  for (const LogId& log : logs) {
    auto state = parts_.store->log_state(log);
    // It may have been removed since the index read of it.
    if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
    if (state.ok()) out.states.push_back(std::move(*state));
  }
  return out;
}

// Looks at so many cities that are held, trusted or not: where few are trusted, a page has fewer, and leads
// on.
asio::awaitable<Result<CityListView>> CitiesApi::list_cities(Asker, CityListQuery query) {
  std::optional<LogState> last;
  if (query.after) {
    auto state = parts_.store->log_state(*query.after);
    if (!state.ok()) co_return state.error();
    last = std::move(*state);
  }
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  CityListView out;
  ListBudget budget;
  bool full = false;
  bool more = true;
  for (std::size_t looks = 0; more && !full && out.items.size() < query.limit && looks < kLooks; ++looks) {
    const auto next = next_cities(query, last);
    if (!next.ok()) co_return next.error();
    more = next->more;
    std::vector<LogId> logs;
    for (const LogState& state : next->states) logs.push_back(state.id);
    const TrustPaths trust = co_await parts_.network.paths(logs);
    out.total = trust.trusted;
    for (std::size_t i = 0; i < next->states.size(); ++i) {
      const LogState& state = next->states[i];
      if (out.items.size() == query.limit) {
        more = true;
        break;
      }
      if (const auto& path = trust.paths[i]; path) {
        CityView item = read_city(directory, state, *path);
        item.for_good = item.frozen && trust.for_good.contains(state.id);
        item.called = directory.name_called(state.id, query.part);
        full = !budget.takes(city_json(item));
        if (full) break;
        out.items.push_back(std::move(item));
      }
      last = state;
    }
  }
  if ((more || full) && last) out.next = last->id;
  co_return out;
}

asio::awaitable<Result<CityStandingView>> CitiesApi::get_city(Asker asker, CityQuery query) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const auto log = directory.find_any(query.city);
  if (!log.ok()) co_return log.error();
  const auto state = parts_.store->log_state(*log);
  if (!state.ok()) co_return state.error();
  const CityStanding standing = co_await parts_.network.standing(*log, {!query.holders_alone, std::nullopt});
  CityStandingView out;
  out.city = read_city(directory, *state, standing.path);
  out.city.for_good = out.city.frozen && standing.log.for_good;
  out.trusted = standing.trusted;
  out.blocked = standing.blocked;
  put_vouches(directory, standing, query, out);
  out.key_changes = read_key_changes(*parts_.store, *state);
  count_voided(*parts_.index, *state, out.key_changes);
  auto kept = parts_.store->evidence(*log);
  if (!kept.ok()) co_return kept.error();
  out.evidence = !kept->empty();
  if (out.evidence) out.contradiction = read_contradiction(shown_evidence(*kept)->bytes);
  if (out.evidence && !freezes(*kept)) out.thawed = std::move(kept->back().thawed);
  // Who works here is no matter of visitors.
  if (out.thawed && asker.caller.role == Role::kNobody) out.thawed->by.clear();
  for (const auto& [peer, size] : standing.log.held_by) {
    const auto holder = standing.cities.find(peer);
    if (holder != standing.cities.end()) out.held_by.push_back({directory.city(holder->second), size.value});
  }
  co_return out;
}

void CitiesApi::put_vouches(Directory& directory, const CityStanding& standing, const CityQuery& query,
                            CityStandingView& out) {
  const auto& vouchers = standing.vouchers;
  if (!query.holders_alone) {
    const auto own = parts_.facts.log();
    const bool here = own && std::find(vouchers.begin(), vouchers.end(), *own) != vouchers.end();
    out.totals = VouchTotals{standing.vouches.size(), vouchers.size(), here};
  }
  for (std::size_t i = query.vouches_from;
       i < standing.vouches.size() && out.vouches_for.size() < kVouchesShown; ++i) {
    const VouchFact& vouch = standing.vouches[i];
    // Of a city that is not held its name is what the voucher says.
    const bool held = parts_.store->log_state(vouch.target).ok();
    out.vouches_for.push_back(
        {held ? directory.city(vouch.target) : vouch.name, vouch.target, held, vouch.expires_at});
  }
  for (std::size_t i = query.vouchers_from; i < vouchers.size() && out.vouched_for_by.size() < kVouchesShown;
       ++i)
    out.vouched_for_by.push_back(directory.city(vouchers[i]));
}

// It outlives what was held of the log, so the name is the one that it states.
Result<EvidenceView> CitiesApi::get_evidence(const Asker&, const NamedCity& named) {
  Directory directory(*parts_.store, parts_.nearness);
  KOINON_ASSIGN(const LogId log, directory.find_any(named.city));
  KOINON_ASSIGN(const auto kept, parts_.store->evidence(log));
  const KeptEvidence* shown = shown_evidence(kept);
  if (shown == nullptr) return fail(Code::kNotFound, "no evidence is held against this city", "city");
  v1::Evidence message;
  if (!message.ParseFromString(shown->bytes))
    return fail(Code::kInternal, "the evidence that is held here is damaged; ask another node for it",
                "city");
  return EvidenceView{message.identity().name(), shown->bytes};
}

asio::awaitable<Result<std::vector<BlockedCity>>> CitiesApi::list_blocks(Asker, Nothing) {
  const NetworkStatus network = co_await parts_.network.status();
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  std::vector<BlockedCity> out;
  for (const LogId& log : network.blocked) out.push_back({directory.city(log), log});
  co_return out;
}

}  // namespace koinon
