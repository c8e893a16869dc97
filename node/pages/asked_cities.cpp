#include "node/pages/asked_cities.h"

#include <boost/asio/use_awaitable.hpp>

#include "node/pages/city_field.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kCitiesNamed = 5;  // that are called so, where it is not clear who is meant

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

}  // namespace koinon
