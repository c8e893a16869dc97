// What a city is compared by, as the API's JSON. A pure function.
#pragma once

#include <boost/json/object.hpp>

#include "storage/search/note_facts.h"

namespace koinon {

// Only what the city's profile states.
boost::json::object measures_json(const CityMeasures& measures);

}  // namespace koinon
