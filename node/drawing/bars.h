// Bars of one or more series, stacked: upright ones for times, lying ones for groups. Drawn 360 units wide,
// so that words can be read where the picture is as narrow as a phone.
//
// Values that are no number or below 0 count as 0. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "node/drawing/svg.h"

namespace koinon {

struct BarSeries {
  std::string look;  // worked, partly, did-not, stopped, open: class and pattern
  std::string name;
};

struct Bar {
  std::string label;
  std::vector<double> values;  // by series; missing ones are 0
};

struct BarPicture {
  PictureText text;
  std::vector<BarSeries> series;
  std::vector<Bar> bars;
};

// In the order of time, in the direction of the language. Labels that would touch the one before are left
// out.
std::string draw_upright_bars(const BarPicture& picture);
// Each with its label above it and its sum at its end.
std::string draw_lying_bars(const BarPicture& picture);

}  // namespace koinon
