#include "node/drawing/scale.h"

#include <algorithm>
#include <cmath>

namespace koinon {
namespace {

// Beyond these the arithmetic of steps has no room.
constexpr double kFarthest = 1e15;
constexpr double kNearest = 1e-15;  // to 0
constexpr double kLeastPower = -15;
constexpr double kMostPower = 15;

double bounded(double value) {
  if (!std::isfinite(value) || std::abs(value) < kNearest) return 0;
  return std::clamp(value, -kFarthest, kFarthest);
}

// The round number that is not below the step.
double nice_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (step <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

double power_of(double value, double otherwise) {
  return std::isfinite(value) && value > 0 ? std::clamp(std::log10(value), kLeastPower, kMostPower)
                                           : otherwise;
}

double share(double value, double low, double high) {
  return std::isfinite(value) ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0;
}

void thin_out(std::vector<double>& ticks, std::size_t most) {
  const std::size_t every = (ticks.size() + most - 1) / std::max<std::size_t>(most, 1);
  if (every < 2) return;
  std::vector<double> left;
  for (std::size_t i = 0; i < ticks.size(); i += every) left.push_back(ticks[i]);
  ticks = std::move(left);
}

}  // namespace

Axis even_axis(double low, double high, std::size_t most) {
  low = bounded(low);
  high = bounded(high);
  if (low > high) std::swap(low, high);
  if (high - low <= std::abs(high) * 1e-9) high = low + std::max(1.0, std::abs(low));
  const double step = nice_step((high - low) / static_cast<double>(std::max<std::size_t>(most, 2) - 1));
  Axis out;
  out.low = std::floor(low / step + 1e-9) * step;
  const double steps = std::ceil((high - out.low) / step - 1e-9);
  out.high = out.low + step * std::max(steps, 1.0);
  for (double i = 0; i <= std::max(steps, 1.0); ++i) out.ticks.push_back(out.low + i * step);
  return out;
}

Axis count_axis(double highest, std::size_t most) {
  const double top = std::max(1.0, std::ceil(bounded(highest)));
  Axis out = even_axis(0, top, most);
  if (out.ticks.size() < 2 || out.ticks[1] - out.ticks[0] >= 1) return out;
  // Halves of a count mean nothing.
  out = {0, top, {}};
  for (double i = 0; i <= top; ++i) out.ticks.push_back(i);
  return out;
}

Axis log_axis(double low, double high, std::size_t most) {
  const double first = power_of(low, power_of(high, 0));
  const double last = power_of(high, first);
  const double from = std::floor(std::min(first, last) + 1e-9);
  const double to = std::max(std::ceil(std::max(first, last) - 1e-9), from + 1);
  Axis out{std::pow(10.0, from), std::pow(10.0, to), {}};
  const bool between = to - from <= 2;
  for (double power = from; power <= to; ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, power);
      if ((factor == 1 || between) && tick <= out.high * (1 + 1e-9)) out.ticks.push_back(tick);
    }
  }
  thin_out(out.ticks, most);
  return out;
}

double even_place(const Axis& axis, double value) { return share(value, axis.low, axis.high); }

double log_place(const Axis& axis, double value) {
  if (!(value > 0)) return 0;
  return share(std::log10(value), std::log10(axis.low), std::log10(axis.high));
}

}  // namespace koinon
