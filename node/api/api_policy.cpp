// The part of the API about policy: whom this city trusts, what it wants, what it takes back, and why.
#include <algorithm>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>

#include "node/api/api.h"
#include "node/api/change_request.h"
#include "node/api/explanation.h"
#include "node/api/network_questions.h"
#include "node/publishing/vouching.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kMissingCounted = 10'000;

struct Lacking {
  std::uint64_t count = 0;
  std::set<LogId> cities;
};

// The wanted bodies that lack, by topic subscribed to; under "all" where everything is.
Result<std::map<std::string, Lacking>> missing_by_topic(StoreReader& store, const BodyFilter& filter) {
  std::map<std::string, Lacking> out;
  for (const auto& topic : filter.topics) out[topic] = {};
  if (filter.all) out["all"] = {};
  KOINON_ASSIGN(const auto lacking, store.lacking(kMissingCounted));
  for (const auto& [log, bytes] : lacking) {
    const auto entry = parse_entry(bytes);
    if (!entry.ok()) continue;
    for (auto& [subscribed, found] : out) {
      const bool covered =
          filter.all || std::any_of(entry->topics().begin(), entry->topics().end(),
                                    [&](const auto& t) { return topic_covers(subscribed, t); });
      if (!covered) continue;
      ++found.count;
      found.cities.insert(log);
    }
  }
  return out;
}

}  // namespace

asio::awaitable<Result<Published>> Api::publish_vouch(Caller caller, DraftMaker maker) {
  Wish wish;
  wish.kind = v1::KIND_VOUCH;
  const auto verdict = shared_.publisher.decide(caller, wish, parts_.clock.wall());
  if (!verdict.ok()) co_return verdict.error();
  StoreWriter* writer = &parts_.writer;
  Beginning<Result<Published>> begin =
      [writer, maker, permit = verdict->permit](std::function<void(Result<Published>)> done) {
        writer->publish(permit, maker, std::move(done));
      };
  co_return co_await from_callback<Result<Published>>(std::move(begin));
}

asio::awaitable<Status> Api::change_store(std::function<Status(Store&)> change) {
  StoreWriter* writer = &parts_.writer;
  Beginning<Status> begin = [writer, change](std::function<void(Status)> done) {
    writer->change(change, std::move(done));
  };
  co_return co_await from_callback<Status>(std::move(begin));
}

// --- topics ---

Result<json::array> Api::topic_states(const BodyFilter& filter) {
  Directory directory(*parts_.store, parts_.nearness);
  KOINON_ASSIGN(const auto lacking, missing_by_topic(*parts_.store, filter));
  json::array out;
  for (const auto& [topic, found] : lacking) {
    json::array cities;
    for (const LogId& log : found.cities) cities.emplace_back(directory.city(log));
    out.push_back(json::object{
        {"topic", topic}, {"complete", found.count == 0}, {"missing", found.count}, {"waits_for", cities}});
  }
  return out;
}

asio::awaitable<HttpResponse> Api::subscriptions(ApiRequest) {
  const auto filter = parse_filter(co_await ask_topics(&parts_.network));
  if (!filter.ok()) co_return problem(filter.error());
  const auto states = topic_states(*filter);
  if (!states.ok()) co_return problem(states.error());
  co_return json_response({{"all", filter->all},
                           {"topics", json::array(filter->topics.begin(), filter->topics.end())},
                           {"states", *states}});
}

// {"topics": "all"} or {"topics": ["health", …]}: the whole list.
asio::awaitable<HttpResponse> Api::subscribe(ApiRequest request) {
  const auto prepare = [&]() -> Result<BodyFilter> {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"topics"}));
    const auto* topics = object.if_contains("topics");
    if (topics == nullptr || (!topics->is_array() && !topics->is_string()))
      return fail(Code::kInvalidArgument, "it is \"all\" or a list of topics", "topics");
    if (topics->is_string()) return parse_filter(std::string_view(topics->as_string()));
    std::string text;
    for (const auto& topic : topics->as_array()) {
      if (!topic.is_string() || topic.as_string().find(',') != json::string::npos)
        return fail(Code::kInvalidArgument, "it is a list of topics", "topics");
      text += (text.empty() ? "" : ",") + std::string(topic.as_string());
    }
    return parse_filter(text);
  };
  const auto filter = prepare();
  if (!filter.ok()) co_return problem(filter.error());
  const Status stored = co_await change_store(
      [text = filter->text()](Store& store) { return store.set_setting(kSubscriptions, text); });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.set_filter(*filter);
  co_return json_response(
      {{"all", filter->all}, {"topics", json::array(filter->topics.begin(), filter->topics.end())}});
}

// --- trust ---

asio::awaitable<HttpResponse> Api::vouch(ApiRequest request, bool withdraw) {
  Directory directory(*parts_.store, parts_.nearness);
  const auto prepare = [&]() -> Result<LogId> {
    std::string city = withdraw ? request.path[3] : "";
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
  const auto published = co_await publish_vouch(request.caller, std::move(maker));
  if (!published.ok()) co_return problem(published.error());
  co_return json_response({{"city", directory.city(*log)},
                           {"ref", directory.ref(*parts_.facts.log(), published->index)},
                           {"withdrawn", withdraw}},
                          withdraw ? 200 : 201);
}

asio::awaitable<HttpResponse> Api::block(ApiRequest request, bool blocked) {
  const auto prepare = [&]() -> Result<LogId> {
    Directory directory(*parts_.store, parts_.nearness);
    std::string city = blocked ? "" : request.path[3];
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
      co_await change_store([id = *log, blocked](Store& store) { return store.set_blocked(id, blocked); });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.set_blocked(*log, blocked);
  // Who has the name has changed with it: the answer, and what is asked for next, say so.
  co_await ask_standing(&parts_.network, *log);
  Directory directory(*parts_.store, parts_.nearness);
  co_return json_response({{"city", directory.city(*log)}, {"log_id", to_text(*log)}, {"blocked", blocked}});
}

asio::awaitable<HttpResponse> Api::add_vouch(ApiRequest request) { return vouch(std::move(request), false); }
asio::awaitable<HttpResponse> Api::withdraw_vouch(ApiRequest request) {
  return vouch(std::move(request), true);
}
asio::awaitable<HttpResponse> Api::add_block(ApiRequest request) { return block(std::move(request), true); }
asio::awaitable<HttpResponse> Api::remove_block(ApiRequest request) {
  return block(std::move(request), false);
}

// --- why ---

asio::awaitable<HttpResponse> Api::explain(ApiRequest request) {
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
