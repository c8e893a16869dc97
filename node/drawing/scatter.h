// Points of two measures that each span orders of magnitude, on two logarithmic axes. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "node/drawing/svg.h"

namespace koinon {

struct ScatterPoint {
  double x = 0;
  double y = 0;
  std::string label;
  std::string name;  // the whole of it, for who does not see where it stands
  std::string href;
};

struct ScatterPicture {
  PictureText text;
  std::string x_name;
  std::string y_name;
  std::vector<ScatterPoint> points;
};

struct Drawn {
  std::string svg;
  std::size_t left_out = 0;  // points that have no place on it: what is not above 0 has none on such an axis
  std::size_t unnamed = 0;   // points that are there, without their name beside them
};

// The axes go from left to right in every language, as figures do.
Drawn draw_scatter(const ScatterPicture& picture);

}  // namespace koinon
