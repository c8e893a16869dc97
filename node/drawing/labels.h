// Places the names of points so that none lies upon another, or upon another's point: a name that has no room
// beside its point moves away on a leader line, and where there is no room for that either it is left out.
// Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "node/drawing/svg.h"

namespace koinon {

struct WantedLabel {
  Point point;
  std::string text;
  double priority = 0;  // those with more are placed first; equal ones in their order
};

struct PlacedLabel {
  std::size_t of = 0;  // the wanted one
  Box box;
  Point base;  // where the text begins, on its baseline
  bool led = false;
  Point leader;  // where the line from the point ends, if it is led
};

struct LabelRules {
  Box frame;                         // labels stay within
  double size = 10;                  // of the font
  double radius = 3;                 // of the points' marks, which stay free
  std::size_t most = 150;            // so many are tried, and the others left out
  std::span<const Point> free = {};  // other places that stay free
  double free_radius = 0;            // around each
};

// In the order in which they were placed. Its cost grows with the wanted labels times those placed.
std::vector<PlacedLabel> place_labels(std::span<const WantedLabel> wanted, const LabelRules& rules);

}  // namespace koinon
