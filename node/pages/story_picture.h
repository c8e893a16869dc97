// Who learned from whom, as a picture: each city once, in a column behind the one that it learned from. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace koinon {

struct StoryStop {
  std::string name;  // of a city, as the reader calls it
  std::string how;   // what it made of it: an outcome, "derived", "asked", "answered"; empty: not said
  std::optional<std::size_t> from;  // the place in the list of whom it learned from; nothing: it began
};

// The model of the template story_picture: in CSS pixels, of a width that a phone has for up to three
// columns. Each stop stands behind that which it came from. `mirrored`: for whoever reads from right to left.
boost::json::object story_picture(const std::vector<StoryStop>& stops, bool mirrored);

}  // namespace koinon
