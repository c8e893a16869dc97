// Whom a question or a call is for, as somebody has typed it into a form.
#pragma once

#include <string>
#include <vector>

#include "node/api/cities_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

struct AskedCities {
  std::vector<std::string> domains;
  std::vector<Error> faults;  // at the field `to`
};
// Cities by domain or by name. `frame` and `cities` outlive the call.
boost::asio::awaitable<AskedCities> asked_cities(PageFrame& frame, CitiesApi& cities, Visit visit,
                                                 std::string typed);

}  // namespace koinon
