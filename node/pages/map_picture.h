// The map of adoptions: the world or a part of it.
#pragma once

#include "node/drawing/geo_map.h"
#include "node/pages/city_names.h"
#include "node/pages/shown_picture.h"
#include "node/pages/tie_words.h"
#include "node/reading/ties_view.h"

namespace koinon {

// What the template map shows of the map itself: the picture, what is left out of it, and links to its parts.
// Links keep the filter.
boost::json::object map_model(CityNames& names, const Visit& visit, const MapView& map,
                              const MapWindow& window, const TieFilterWords& filter);

}  // namespace koinon
