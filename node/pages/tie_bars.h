// Ties by year as stacked bars, with the table that says the same.
#pragma once

#include <boost/json/object.hpp>

#include "node/pages/tie_words.h"

namespace koinon {

// Where a figure leads, and which of that page's parameters stay in all of them.
struct LedTo {
  std::string page;
  Params kept;
};
// What the template tie_years needs: the picture, and rows of years with a figure for each outcome and its
// address.
boost::json::object year_bars(const Visit& visit, const TieFilterWords& filter, const TiesPage& figures,
                              const LedTo& to);

}  // namespace koinon
