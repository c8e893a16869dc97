// Whom a question or a call is for, as somebody has typed it into a form.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

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

// The cities that the field `to` offers: all but ours.
boost::asio::awaitable<boost::json::array> cities_to_ask(PageFrame& frame, CitiesApi& cities, Visit visit);

// Puts into a request to publish whom its form asks (`to`), and about which record (`about`). Returns what is
// wrong with whom it asks. `request` outlives the call too.
boost::asio::awaitable<std::vector<Error>> put_asked(PageFrame& frame, CitiesApi& cities, Visit visit,
                                                     boost::json::object& request);

}  // namespace koinon
