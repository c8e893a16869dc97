// How a measure went over time, as a small line with its least and its greatest value. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "node/drawing/svg.h"

namespace koinon {

struct LinePicture {
  PictureText text;
  std::vector<double> values;  // evenly spaced, the oldest first; what is no number is a gap
  std::string from;            // the words at both ends
  std::string until;
};

// It begins at 0 and goes in the direction of the language. Without a value it is an empty axis.
std::string draw_line(const LinePicture& picture);

}  // namespace koinon
