#include "node/drawing/scatter.h"

#include <algorithm>
#include <cmath>

#include "node/drawing/labels.h"
#include "node/drawing/letters.h"
#include "node/drawing/scale.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kScatterWidth = 360;
constexpr double kScatterText = 11;  // of the font
constexpr double kLabelSize = 10;    // of points' names
constexpr double kScatterHeight = 220;
constexpr double kScatterRadius = 3.5;
constexpr double kLabelWidth = 110;  // of a name at most
constexpr std::size_t kScatterTicks = 6;

bool has_place(const ScatterPoint& point) {
  return std::isfinite(point.x) && std::isfinite(point.y) && point.x > 0 && point.y > 0;
}

struct Axes {
  Axis x;
  Axis y;
  Box plot;

  Point place(const ScatterPoint& point) const {
    return {plot.x + log_place(x, point.x) * plot.width, plot.y + (1 - log_place(y, point.y)) * plot.height};
  }
};

Axes axes_of(const ScatterPicture& picture, const std::vector<const ScatterPoint*>& points) {
  const auto axis = [&](double ScatterPoint::*member) {
    double low = 0;
    double high = 0;
    for (const ScatterPoint* point : points) {
      low = low == 0 ? point->*member : std::min(low, point->*member);
      high = std::max(high, point->*member);
    }
    return log_axis(low, high, kScatterTicks);
  };
  Axes out{axis(&ScatterPoint::x), axis(&ScatterPoint::y), {}};
  double left = 0;
  for (const double tick : out.y.ticks)
    left = std::max(left, text_width(picture.text.number(tick), kScatterText) + 6);
  out.plot = {std::min(left, kScatterWidth / 3), kScatterText * 2, 0, kScatterHeight};
  out.plot.width = kScatterWidth - out.plot.x - 12;
  return out;
}

void draw_axes(Svg& svg, const ScatterPicture& picture, const Axes& axes) {
  const Box& plot = axes.plot;
  const double bottom = plot.y + plot.height;
  svg.text({0, kScatterText}, Anchor::kStart, "word",
           fitted(plain_line(picture.y_name), kScatterText, kScatterWidth));
  svg.text({kScatterWidth, bottom + kScatterText * 2.9}, Anchor::kEnd, "word",
           fitted(plain_line(picture.x_name), kScatterText, kScatterWidth));
  for (const double tick : axes.y.ticks) {
    const double y = bottom - log_place(axes.y, tick) * plot.height;
    svg.line({plot.x, y}, {plot.x + plot.width, y}, tick == axes.y.low ? "axis" : "grid");
    svg.text({plot.x - 4, y + kScatterText * 0.35}, Anchor::kEnd, "word", picture.text.number(tick));
  }
  double named_to = 0;
  for (const double tick : axes.x.ticks) {
    const double x = plot.x + log_place(axes.x, tick) * plot.width;
    svg.line({x, plot.y}, {x, bottom}, tick == axes.x.low ? "axis" : "grid");
    const std::string text = picture.text.number(tick);
    const double half = text_width(text, kScatterText) / 2;
    const double middle = std::min(x, kScatterWidth - half);
    if (middle - half < named_to + 4) continue;
    svg.text({middle, bottom + kScatterText * 1.4}, Anchor::kMiddle, "word", text);
    named_to = middle + half;
  }
}

}  // namespace

Drawn draw_scatter(const ScatterPicture& picture) {
  Drawn out;
  std::vector<const ScatterPoint*> points;
  for (const ScatterPoint& point : picture.points) {
    if (has_place(point)) points.push_back(&point);
  }
  out.left_out = picture.points.size() - points.size();
  const Axes axes = axes_of(picture, points);
  Svg svg(picture.text, kScatterWidth, axes.plot.y + axes.plot.height + kScatterText * 3.4, false, true);
  draw_axes(svg, picture, axes);
  std::vector<WantedLabel> wanted;
  for (const ScatterPoint* point : points)
    wanted.push_back({axes.place(*point), fitted(plain_line(point->label), kLabelSize, kLabelWidth), 0});
  const auto labels = place_labels(wanted, {axes.plot, kLabelSize, kScatterRadius});
  out.unnamed = points.size() - labels.size();
  svg.begin_group("labels", true);
  for (const PlacedLabel& label : labels) {
    if (label.led) svg.line(wanted[label.of].point, label.leader, "leader");
    svg.text(label.base, Anchor::kStart, "name", wanted[label.of].text);
  }
  svg.end_group();
  svg.begin_group("points");
  for (std::size_t i = 0; i < points.size(); ++i) {
    svg.begin_link(points[i]->href, points[i]->name);
    svg.circle(wanted[i].point, kScatterRadius, "point", points[i]->name);
    svg.end_link();
  }
  svg.end_group();
  out.svg = svg.take();
  return out;
}

}  // namespace koinon
