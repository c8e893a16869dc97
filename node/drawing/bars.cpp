#include "node/drawing/bars.h"

#include <algorithm>
#include <cmath>

#include "node/drawing/letters.h"
#include "node/drawing/scale.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kBarsWidth = 360;
constexpr double kBarsText = 11;  // of the font
constexpr double kLegendLine = 16;
constexpr double kSwatch = 10;
constexpr double kBarsHeight = 130;
constexpr double kRowHeight = 32;
constexpr double kThickness = 12;
constexpr std::size_t kBarsTicks = 4;

double value_of(const Bar& bar, std::size_t series) {
  if (series >= bar.values.size()) return 0;
  const double value = bar.values[series];
  return std::isfinite(value) && value > 0 ? value : 0;
}

double sum_of(const Bar& bar, std::size_t series) {
  double out = 0;
  for (std::size_t i = 0; i < series; ++i) out += value_of(bar, i);
  return out;
}

double highest(const BarPicture& picture) {
  double out = 0;
  for (const Bar& bar : picture.bars) out = std::max(out, sum_of(bar, picture.series.size()));
  return out;
}

bool has_pattern(const std::string& look) {
  return look == "partly" || look == "did-not" || look == "stopped";
}

void draw_part(Svg& svg, const Box& box, const BarSeries& series, const std::string& title) {
  svg.rect(box, "part told-" + series.look, title, has_pattern(series.look) ? series.look : std::string());
}

// Where each name of the legend stands, in as many lines as they need.
struct Legend {
  std::vector<Point> at;
  std::vector<std::string> names;
  double height = 0;
};

Legend legend_of(const BarPicture& picture) {
  Legend out;
  Point next{0, 0};
  for (const BarSeries& series : picture.series) {
    const std::string name = fitted(plain_line(series.name), kBarsText, kBarsWidth - kSwatch - 8);
    const double width = kSwatch + 4 + text_width(name, kBarsText) + 12;
    if (next.x > 0 && next.x + width - 12 > kBarsWidth) next = {0, next.y + kLegendLine};
    out.at.push_back(next);
    out.names.push_back(name);
    next.x += width;
  }
  out.height = picture.series.empty() ? 0 : next.y + kLegendLine + 6;
  return out;
}

void draw_legend(Svg& svg, const BarPicture& picture, const Legend& legend) {
  for (std::size_t i = 0; i < legend.at.size(); ++i) {
    const Point& at = legend.at[i];
    draw_part(svg, {at.x, at.y + 2, kSwatch, kSwatch}, picture.series[i], {});
    svg.text({at.x + kSwatch + 4, at.y + kSwatch + 1}, Anchor::kStart, "word", legend.names[i]);
  }
}

std::string title_of(const BarPicture& picture, const Bar& bar, std::size_t series) {
  return bar.label + " · " + picture.series[series].name + ": " + picture.text.number(value_of(bar, series));
}

}  // namespace

std::string draw_upright_bars(const BarPicture& picture) {
  const Legend legend = legend_of(picture);
  const Axis axis = count_axis(highest(picture), kBarsTicks);
  double left = 0;
  for (const double tick : axis.ticks)
    left = std::max(left, text_width(picture.text.number(tick), kBarsText) + 6);
  left = std::min(left, kBarsWidth / 3);
  const double top = legend.height + kBarsText / 2;
  const double bottom = top + kBarsHeight;
  Svg svg(picture.text, kBarsWidth, bottom + kBarsText * 1.8, picture.text.right_to_left);
  svg.add_patterns();
  draw_legend(svg, picture, legend);
  const auto height_of = [&](double value) { return even_place(axis, value) * kBarsHeight; };
  for (const double tick : axis.ticks) {
    const double y = bottom - height_of(tick);
    svg.line({left, y}, {kBarsWidth, y}, tick == 0 ? "axis" : "grid");
    svg.text({left - 4, y + kBarsText * 0.35}, Anchor::kEnd, "word", picture.text.number(tick));
  }
  const double room =
      (kBarsWidth - left) / static_cast<double>(std::max<std::size_t>(picture.bars.size(), 1));
  const double width = std::min(room * 0.8, 40.0);
  double named_to = left - 4;
  for (std::size_t i = 0; i < picture.bars.size(); ++i) {
    const Bar& bar = picture.bars[i];
    const double middle = left + room * (static_cast<double>(i) + 0.5);
    for (std::size_t s = 0; s < picture.series.size(); ++s) {
      const double value = value_of(bar, s);
      if (value == 0) continue;
      const double y = bottom - height_of(sum_of(bar, s) + value);
      draw_part(svg, {middle - width / 2, y, width, height_of(value)}, picture.series[s],
                title_of(picture, bar, s));
    }
    const double half = text_width(plain_line(bar.label), kBarsText) / 2;
    if (middle - half < named_to + 4 || middle + half > kBarsWidth) continue;
    svg.text({middle, bottom + kBarsText * 1.4}, Anchor::kMiddle, "word", bar.label);
    named_to = middle + half;
  }
  return svg.take();
}

std::string draw_lying_bars(const BarPicture& picture) {
  const Legend legend = legend_of(picture);
  const Axis axis = count_axis(highest(picture), kBarsTicks);
  const double sum_width = text_width(picture.text.number(highest(picture)), kBarsText) + 8;
  const double length = kBarsWidth - std::min(sum_width, kBarsWidth / 3);
  Svg svg(picture.text, kBarsWidth, legend.height + kRowHeight * static_cast<double>(picture.bars.size()) + 4,
          picture.text.right_to_left);
  svg.add_patterns();
  draw_legend(svg, picture, legend);
  double y = legend.height;
  for (const Bar& bar : picture.bars) {
    svg.text({0, y + kBarsText}, Anchor::kStart, "word",
             fitted(plain_line(bar.label), kBarsText, kBarsWidth));
    const double top = y + kBarsText + 4;
    const auto length_of = [&](double value) { return even_place(axis, value) * length; };
    double x = 0;
    for (std::size_t s = 0; s < picture.series.size(); ++s) {
      const double width = length_of(value_of(bar, s));
      if (width == 0) continue;
      draw_part(svg, {x, top, width, kThickness}, picture.series[s], title_of(picture, bar, s));
      x += width;
    }
    svg.text({x + 4, top + kThickness - 2}, Anchor::kStart, "word",
             picture.text.number(sum_of(bar, picture.series.size())));
    y += kRowHeight;
  }
  return svg.take();
}

}  // namespace koinon
