// Pictures of how practices were taken up: over time, and by what the cities are like that took them up; and
// of what practices cost.
#pragma once

#include <map>

#include <boost/json/array.hpp>

#include "node/pages/shown_picture.h"
#include "node/reading/figures_view.h"

namespace koinon {

// What a standing is called in the reader's language.
std::string told_name(const Visit& visit, Told told);

// Upright bars, one a month or, over more than two years, one a year; up to now. `undated`: those that no bar
// has. `id`: once on a page.
boost::json::object time_picture(const Visit& visit, std::string id, std::string title,
                                 const std::map<MonthNumber, ToldCounts>& months, std::uint32_t undated,
                                 UnixMillis now);
// Over time; by population, climate and income of the cities. None where nothing was taken up.
boost::json::array adoption_pictures(const Visit& visit, const AdoptionFigures& figures, UnixMillis now);
// Costs against the population of the city that wrote of them. `frame` knows the names of cities.
boost::json::object cost_picture(PageFrame& frame, const Visit& visit, const FiguresView& figures);

}  // namespace koinon
