#include "node/api/explain_api.h"

#include "node/api/network_questions.h"

namespace koinon {
namespace asio = boost::asio;

Result<ExplainRecordQuery> read_explain_record_query(std::string city, const std::string& entry) {
  auto name = parse_entry_name(entry);
  if (!name.ok()) return fail(Code::kInvalidArgument, "it is CITY/NUMBER", "ref");
  return ExplainRecordQuery{std::move(city), std::move(*name)};
}

ExplainApi::ExplainApi(ApiShared& shared)
    : city({.method = "GET",
            .pattern = "/api/v1/explain/{city}",
            .need = Need::kReader,
            .id = "explainCity",
            .tag = "operating",
            .summary = "Why a city is here, or what stands in the way",
            .gives = "Explanation"},
           this, &ExplainApi::explain_a_city),
      record({.method = "GET",
              .pattern = "/api/v1/explain/{city}/{index}",
              .need = Need::kReader,
              .id = "explainRecord",
              .tag = "operating",
              .summary = "Why a record is here, or what stands in the way",
              .gives = "Explanation"},
             this, &ExplainApi::explain_a_record),
      parts_(shared.parts) {}

asio::awaitable<Result<ExplanationView>> ExplainApi::explain_what_is_not_held(std::string name) {
  const auto vouched = parts_.store->vouched_as(name);
  if (!vouched.ok()) co_return vouched.error();
  if (!*vouched) co_return explain_unknown(name);
  Directory directory(*parts_.store, parts_.nearness);
  const CityStanding standing = co_await parts_.network.standing(**vouched);
  co_return explain_city(directory, *parts_.store, parts_.facts.log(), **vouched, name, standing);
}

asio::awaitable<Result<ExplanationView>> ExplainApi::explain_a_city(Asker, ExplainCityQuery query) {
  Directory directory(*parts_.store, parts_.nearness);
  const auto log = directory.find_any(query.city);
  if (!log.ok() && log.error().code != Code::kNotFound) co_return log.error();
  if (!log.ok()) co_return co_await explain_what_is_not_held(std::move(query.city));
  const CityStanding standing = co_await parts_.network.standing(*log);
  co_return explain_city(directory, *parts_.store, parts_.facts.log(), *log, directory.city(*log), standing);
}

asio::awaitable<Result<ExplanationView>> ExplainApi::explain_a_record(Asker, ExplainRecordQuery query) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const auto log = directory.find_any(query.city);
  if (!log.ok() && log.error().code != Code::kNotFound) co_return log.error();
  if (!log.ok()) co_return co_await explain_what_is_not_held(std::move(query.city));
  const EntryIndex index = query.entry.index;
  const auto held = parts_.store->log_state(*log);
  if (held.ok()) {
    // Why something else is here that stands in its place is no answer.
    const Status stands =
        directory.check_stands(*held, query.entry, query.city + "/" + format_entry_name(query.entry));
    if (!stands.ok()) co_return stands.error();
  }
  const CityStanding standing = co_await parts_.network.standing(*log, {true, index});
  const auto indexed = parts_.index->get(*log, index);
  if (!indexed.ok()) co_return indexed.error();
  co_return explain_record(directory, *parts_.store, parts_.facts.log(), *log, index, standing, *indexed);
}

}  // namespace koinon
