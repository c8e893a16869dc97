#include "node/drawing/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "node/drawing/letters.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kGap = 2;            // between a point's mark and its name
constexpr double kLabelHeight = 1.2;  // of a name, in its font's size
constexpr double kAscent = 0.95;      // of that, above the baseline

// Where the middle of a label may lie, seen from its point: to the right, left, above, below, then aslant.
struct Direction {
  double x = 0;
  double y = 0;
};
constexpr std::array<Direction, 8> kDirections = {
    {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}}};
constexpr std::array<double, 4> kDistances = {0, 12, 24, 40};  // beyond the first one on a leader line

Box box_at(const Point& point, const Direction& to, double away, double width, double height) {
  const double x = point.x + to.x * (away + width / 2);
  const double y = point.y + to.y * (away + height / 2);
  return {x - width / 2, y - height / 2, width, height};
}

// The nearest point of a box.
Point nearest(const Box& box, const Point& point) {
  return {std::clamp(point.x, box.x, box.x + box.width), std::clamp(point.y, box.y, box.y + box.height)};
}

class Placing {
 public:
  Placing(std::span<const WantedLabel> wanted, const LabelRules& rules) : wanted_(wanted), rules_(rules) {
    const auto mark = [&](const Point& point, double radius) {
      marks_.push_back({point.x - radius, point.y - radius, 2 * radius, 2 * radius});
    };
    for (const WantedLabel& one : wanted) mark(one.point, rules.radius);
    for (const Point& point : rules.free) mark(point, rules.free_radius);
  }

  void place(std::size_t number) {
    const WantedLabel& one = wanted_[number];
    if (!std::isfinite(one.point.x) || !std::isfinite(one.point.y)) return;
    const double width = text_width(plain_line(one.text), rules_.size);
    const double height = rules_.size * kLabelHeight;
    if (width <= 0) return;
    for (const double distance : kDistances) {
      for (const Direction& to : kDirections) {
        const Box box = box_at(one.point, to, rules_.radius + kGap + distance, width, height);
        if (!is_free(box, number)) continue;
        PlacedLabel placed{number, box, {box.x, box.y + height * kAscent * 0.8}, distance > 0, {}};
        if (placed.led) placed.leader = nearest(box, one.point);
        placed_.push_back(placed);
        return;
      }
    }
  }

  std::vector<PlacedLabel> take() { return std::move(placed_); }

 private:
  bool is_free(const Box& box, std::size_t number) const {
    if (!box.is_within(rules_.frame)) return false;
    for (const PlacedLabel& other : placed_) {
      if (box.overlaps(other.box)) return false;
    }
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      if (i != number && box.overlaps(marks_[i])) return false;
    }
    return true;
  }

  std::span<const WantedLabel> wanted_;
  const LabelRules& rules_;
  std::vector<Box> marks_;
  std::vector<PlacedLabel> placed_;
};

}  // namespace

std::vector<PlacedLabel> place_labels(std::span<const WantedLabel> wanted, const LabelRules& rules) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return wanted[a].priority != wanted[b].priority ? wanted[a].priority > wanted[b].priority : a < b;
  });
  Placing placing(wanted, rules);
  for (std::size_t i = 0; i < std::min(order.size(), rules.most); ++i) placing.place(order[i]);
  return placing.take();
}

}  // namespace koinon
