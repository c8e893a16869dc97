#include "node/drawing/line.h"

#include <algorithm>
#include <cmath>

#include "node/drawing/letters.h"
#include "node/drawing/scale.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kLineWidth = 360;
constexpr double kLineText = 11;  // of the font
constexpr double kLineHeight = 60;
constexpr std::size_t kLineTicks = 3;

}  // namespace

std::string draw_line(const LinePicture& picture) {
  double most = 0;
  for (const double value : picture.values) {
    if (std::isfinite(value)) most = std::max(most, value);
  }
  const Axis axis = even_axis(0, most, kLineTicks);
  double left = 0;
  for (const double tick : axis.ticks)
    left = std::max(left, text_width(picture.text.number(tick), kLineText) + 6);
  left = std::min(left, kLineWidth / 2);
  const double top = kLineText / 2 + 1;
  const double bottom = top + kLineHeight;
  Svg svg(picture.text, kLineWidth, bottom + kLineText * 1.8, picture.text.right_to_left);
  for (const double tick : axis.ticks) {
    const double y = bottom - even_place(axis, tick) * kLineHeight;
    svg.line({left, y}, {kLineWidth, y}, tick == axis.low ? "axis" : "grid");
    svg.text({left - 4, y + kLineText * 0.35}, Anchor::kEnd, "word", picture.text.number(tick));
  }
  const double step = picture.values.size() > 1
                          ? (kLineWidth - left - 4) / static_cast<double>(picture.values.size() - 1)
                          : 0;
  std::string path;
  bool joined = false;
  for (std::size_t i = 0; i < picture.values.size(); ++i) {
    const double value = picture.values[i];
    const bool known = std::isfinite(value);
    const Point at{left + 2 + step * static_cast<double>(i), bottom - even_place(axis, value) * kLineHeight};
    const bool alone =
        known && !joined && (i + 1 == picture.values.size() || !std::isfinite(picture.values[i + 1]));
    if (alone) svg.circle(at, 1.5, "solid");
    if (known && !alone) path += (joined ? "L" : "M") + svg.at(at);
    joined = known && !alone;
  }
  if (!path.empty()) svg.path(path, "curve");
  const double half = (kLineWidth - left) / 2 - 4;
  svg.text({left, bottom + kLineText * 1.4}, Anchor::kStart, "word",
           fitted(plain_line(picture.from), kLineText, half));
  svg.text({kLineWidth, bottom + kLineText * 1.4}, Anchor::kEnd, "word",
           fitted(plain_line(picture.until), kLineText, half));
  return svg.take();
}

}  // namespace koinon
