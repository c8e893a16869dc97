// Where numbers stand on an axis, and which of them the axis names. Pure functions.
#pragma once

#include <cstddef>
#include <vector>

namespace koinon {

// An axis from `low` to `high`, with the numbers that are named on it, in order, all within. `low` is always
// below `high`, and both are finite, whatever was asked for.
struct Axis {
  double low = 0;
  double high = 1;
  std::vector<double> ticks;
};

// An axis that has both numbers within, and begins and ends at a round one: 1, 2 or 5 times a power of ten
// apart (Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990). At least two ticks, and about
// `most`.
Axis even_axis(double low, double high, std::size_t most);
// For counts: it begins at 0, and its ticks are whole numbers.
Axis count_axis(double highest, std::size_t most);
// For what spans orders of magnitude: it begins and ends at a power of ten, and those between are its ticks;
// within two powers also 2 and 5 times them. If they are more than `most`, every second, third … is left.
// Numbers that are not above 0 are passed over; with none it goes from 1 to 10.
Axis log_axis(double low, double high, std::size_t most);

// From 0 at the low end to 1 at the high one, and never outside. A number that is none stands at 0.
double even_place(const Axis& axis, double value);
// The same on a log axis; what is not above 0 stands at 0.
double log_place(const Axis& axis, double value);

}  // namespace koinon
