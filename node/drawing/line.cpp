#include "node/drawing/line.h"

#include <algorithm>
#include <cmath>

#include "node/drawing/letters.h"
#include "node/drawing/scale.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kWidth = 360;
constexpr double kSize = 11;  // of the font
constexpr double kPlotHeight = 60;
constexpr std::size_t kTicks = 3;

}  // namespace

std::string draw_line(const LinePicture& picture) {
  double most = 0;
  for (const double value : picture.values) {
    if (std::isfinite(value)) most = std::max(most, value);
  }
  const Axis axis = even_axis(0, most, kTicks);
  double left = 0;
  for (const double tick : axis.ticks)
    left = std::max(left, text_width(picture.text.number(tick), kSize) + 6);
  left = std::min(left, kWidth / 2);
  const double top = kSize / 2 + 1;
  const double bottom = top + kPlotHeight;
  Svg svg(picture.text, kWidth, bottom + kSize * 1.8, picture.text.right_to_left);
  for (const double tick : axis.ticks) {
    const double y = bottom - even_place(axis, tick) * kPlotHeight;
    svg.line({left, y}, {kWidth, y}, tick == axis.low ? "axis" : "grid");
    svg.text({left - 4, y + kSize * 0.35}, Anchor::kEnd, "word", picture.text.number(tick));
  }
  const double step =
      picture.values.size() > 1 ? (kWidth - left - 4) / static_cast<double>(picture.values.size() - 1) : 0;
  std::string path;
  bool joined = false;
  for (std::size_t i = 0; i < picture.values.size(); ++i) {
    const double value = picture.values[i];
    const bool known = std::isfinite(value);
    const Point at{left + 2 + step * static_cast<double>(i), bottom - even_place(axis, value) * kPlotHeight};
    const bool alone =
        known && !joined && (i + 1 == picture.values.size() || !std::isfinite(picture.values[i + 1]));
    if (alone) svg.circle(at, 1.5, "solid");
    if (known && !alone) path += (joined ? "L" : "M") + svg.at(at);
    joined = known && !alone;
  }
  if (!path.empty()) svg.path(path, "curve");
  const double half = (kWidth - left) / 2 - 4;
  svg.text({left, bottom + kSize * 1.4}, Anchor::kStart, "word",
           fitted(plain_line(picture.from), kSize, half));
  svg.text({kWidth, bottom + kSize * 1.4}, Anchor::kEnd, "word",
           fitted(plain_line(picture.until), kSize, half));
  return svg.take();
}

}  // namespace koinon
