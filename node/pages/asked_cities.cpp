#include "node/pages/asked_cities.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/city_field.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kCitiesNamed = 5;  // that are called so, where it is not clear who is meant
constexpr std::size_t kCitiesOffered = 100;

}  // namespace

asio::awaitable<AskedCities> asked_cities(PageFrame& frame, CitiesApi& cities, Visit visit,
                                          std::string typed) {
  AskedCities out;
  for (const TypedCity& one : typed_cities(typed)) {
    if (!one.domain.empty()) {
      out.domains.push_back(one.domain);
      continue;
    }
    // In whichever language they are called so.
    const auto found =
        co_await frame.call(visit, cities.list, CityListQuery{one.typed, kCitiesNamed, {}, true});
    std::vector<std::string> called;
    if (found.ok()) {
      for (const CityView& city : found->items) called.push_back(city.city);
    }
    if (called.size() == 1) {
      out.domains.push_back(called.front());
      continue;
    }
    std::string names;
    for (const std::string& city : called)
      names += (names.empty() ? "" : ", ") + frame.city_in_full(visit, city);
    out.faults.push_back(
        called.empty()
            ? fail(Code::kInvalidArgument,
                   Sentence{"city.none_called", "no city here is called “{typed}”", {{"typed", one.typed}}},
                   "to")
            : fail(Code::kInvalidArgument,
                   Sentence{"city.called_alike",
                            "several cities are called so; choose one of {names}",
                            {{"names", names}}},
                   "to"));
  }
  co_return out;
}

asio::awaitable<json::array> cities_to_ask(PageFrame& frame, CitiesApi& cities, Visit visit) {
  json::array out;
  const auto all = co_await frame.call(visit, cities.list, CityListQuery{"", kCitiesOffered, {}});
  if (!all.ok()) co_return out;
  for (const CityView& one : all->items) {
    if (one.city != frame.shared().parts.facts.name)
      out.push_back(json::object{{"label", frame.city_in_full(visit, one.city)}});
  }
  co_return out;
}

asio::awaitable<std::vector<Error>> put_asked(PageFrame& frame, CitiesApi& cities, Visit visit,
                                              json::object& request) {
  AskedCities asked = co_await asked_cities(frame, cities, visit, visit.field("to"));
  if (!asked.domains.empty()) request["to"] = json::array(asked.domains.begin(), asked.domains.end());
  if (const std::string about = visit.field("about"); !about.empty())
    request["refs"] = json::array{json::object{{"role", "about"}, {"ref", about}}};
  co_return std::move(asked.faults);
}

}  // namespace koinon
