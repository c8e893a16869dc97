// Ties by year as stacked bars, with the table that says the same.
#pragma once

#include <boost/json/object.hpp>

#include "node/pages/tie_words.h"

namespace koinon {

// What the template tie_years needs: the picture, and rows of years with a figure for each outcome and its
// address on `page`.
boost::json::object year_bars(const Visit& visit, const TieFilterWords& filter, const TiesPage& figures,
                              const std::string& page);

}  // namespace koinon
