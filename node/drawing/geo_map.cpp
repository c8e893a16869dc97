#include "node/drawing/geo_map.h"

#include <algorithm>
#include <cmath>

#include "node/drawing/labels.h"
#include "node/drawing/letters.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kMapWidth = 720;
constexpr double kMargin = 8;  // so that marks at the edge are whole
// Of names: where the map is as wide as a page, and where it is as narrow as a phone. The page's style has
// the same numbers.
constexpr double kWideSize = 12;
constexpr double kNarrowSize = 26;
constexpr double kWideRadius = 4;
constexpr double kNarrowRadius = 8;
constexpr double kEndRoom = 11;  // from the end of a way to the middle of the place's mark
// What stands at the end of a way, from its middle.
constexpr double kWideEnd = 6;
constexpr double kNarrowEnd = 12;
constexpr std::size_t kMostNames = 150;
constexpr double kLabelEms = 14;  // of a name at most

constexpr std::array<MapWindow, 7> kWindows = {{{"world", -180, 180, -57, 85},
                                                {"africa", -20, 55, -37, 38},
                                                {"asia", 25, 150, -12, 60},
                                                {"europe", -26, 46, 33, 72},
                                                {"north-america", -170, -50, 5, 75},
                                                {"oceania", 108, 218, -50, 25},
                                                {"south-america", -92, -30, -57, 15}}};

bool on_the_globe(const MapPlace& place) {
  return std::isfinite(place.latitude) && std::isfinite(place.longitude) && std::abs(place.latitude) <= 90 &&
         std::abs(place.longitude) <= 180;
}

class Projection {
 public:
  explicit Projection(const MapWindow& window)
      : window_(window), scale_((kMapWidth - 2 * kMargin) / (window.east - window.west)) {}

  double height() const { return (window_.north - window_.south) * scale_ + 2 * kMargin; }
  double scale() const { return scale_; }
  // Also outside the window.
  double x(double longitude) const { return kMargin + (longitude - window_.west) * scale_; }
  double y(double latitude) const { return kMargin + (window_.north - latitude) * scale_; }
  // The coastlines begin at 180 degrees west; a window across the date line has them twice.
  std::vector<double> worlds() const {
    std::vector<double> out;
    for (const double west : {-540.0, -180.0, 180.0}) {
      if (west < window_.east && west + 360 > window_.west) out.push_back(x(west));
    }
    return out;
  }

 private:
  const MapWindow& window_;
  double scale_;
};

// The place in the window, or beyond its nearer edge.
double longitude_near(const MapWindow& window, double longitude) {
  if (const auto within = degrees_east_of(window, longitude); within) return window.west + *within;
  const double middle = (window.west + window.east) / 2;
  return middle + short_way(middle, longitude);
}

// A way's line, and where it ends.
struct Bow {
  std::string path;
  Point end;
};

// To the left of whoever goes, so that both ways can be told apart.
Bow bent(const Svg& svg, const Point& from, const Point& to) {
  const double length = std::max(std::hypot(to.x - from.x, to.y - from.y), 1.0);
  const double rise = std::min(length * 0.2, 90.0);
  const Point bend{(from.x + to.x) / 2 + (to.y - from.y) / length * rise,
                   (from.y + to.y) / 2 - (to.x - from.x) / length * rise};
  // What stands at its end is not hidden by the place's mark.
  const double last = std::hypot(to.x - bend.x, to.y - bend.y);
  const double kept = last > 3 * kEndRoom ? 1 - kEndRoom / last : 1;
  const Point end{bend.x + (to.x - bend.x) * kept, bend.y + (to.y - bend.y) * kept};
  return {"M" + svg.at(from) + "Q" + svg.at(bend) + " " + svg.at(end), end};
}

// Puts where it ends to `ends`.
void draw_way(Svg& svg, const MapPicture& picture, const Projection& projection, const MapWay& way,
              std::vector<Point>& ends) {
  const MapPlace& from = picture.places[way.from];
  const MapPlace& to = picture.places[way.to];
  const double begin = longitude_near(*picture.window, from.longitude);
  const double end = begin + short_way(begin, to.longitude);
  // A way that leaves at one edge of the world comes in at the other.
  for (const double turn : {-360.0, 0.0, 360.0}) {
    if (std::max(begin, end) + turn < picture.window->west ||
        std::min(begin, end) + turn > picture.window->east)
      continue;
    const Bow bow = bent(svg, {projection.x(begin + turn), projection.y(from.latitude)},
                         {projection.x(end + turn), projection.y(to.latitude)});
    svg.path(bow.path, "way told-" + way.look, way.title, "end-" + way.look);
    ends.push_back(bow.end);
  }
}

// The names that have room. Returns how many have none.
std::size_t draw_names(Svg& svg, const std::vector<WantedLabel>& wanted, const LabelRules& rules,
                       std::string_view css) {
  svg.begin_group(css, true);
  std::vector<WantedLabel> shortened = wanted;
  for (WantedLabel& one : shortened) one.text = fitted(one.text, rules.size, rules.size * kLabelEms);
  const auto placed = place_labels(shortened, rules);
  for (const PlacedLabel& label : placed) {
    if (label.led) svg.line(shortened[label.of].point, label.leader, "leader");
    svg.text(label.base, Anchor::kStart, "name", shortened[label.of].text);
  }
  svg.end_group();
  return wanted.size() - placed.size();
}

}  // namespace

std::span<const MapWindow> map_windows() { return kWindows; }

const MapWindow* find_map_window(std::string_view name) {
  const auto* const it = std::find_if(kWindows.begin(), kWindows.end(),
                                      [&](const MapWindow& window) { return window.name == name; });
  return it == kWindows.end() ? nullptr : it;
}

std::optional<double> degrees_east_of(const MapWindow& window, double longitude) {
  for (const double turn : {0.0, 360.0, -360.0}) {
    const double east = longitude + turn - window.west;
    if (east >= 0 && east <= window.east - window.west) return east;
  }
  return std::nullopt;
}

double short_way(double from, double to) {
  double out = std::fmod(to - from, 360);
  if (out > 180) out -= 360;
  if (out <= -180) out += 360;
  return out;
}

DrawnMap draw_map(const MapPicture& picture) {
  const MapWindow& window = *picture.window;
  const Projection projection(window);
  const double height = projection.height();
  Svg svg(picture.text, kMapWidth, height, false, true);
  svg.add_markers();
  for (const double x : projection.worlds())
    svg.raw("<image href=\"" + html_escaped(picture.coast) + "\" x=\"" + svg_number(x) + "\" y=\"" +
            svg_number(projection.y(90)) + "\" width=\"" + svg_number(360 * projection.scale()) +
            "\" height=\"" + svg_number(180 * projection.scale()) + "\"/>");
  std::vector<Point> ends;
  svg.begin_group("ways");
  for (const MapWay& way : picture.ways) {
    const bool known =
        way.from < picture.places.size() && way.to < picture.places.size() && way.from != way.to;
    if (known && on_the_globe(picture.places[way.from]) && on_the_globe(picture.places[way.to]))
      draw_way(svg, picture, projection, way, ends);
  }
  svg.end_group();
  DrawnMap out;
  std::vector<WantedLabel> wanted;
  svg.begin_group("points");
  for (const MapPlace& place : picture.places) {
    if (!on_the_globe(place)) continue;
    const auto east = degrees_east_of(window, place.longitude);
    if (!east || place.latitude < window.south || place.latitude > window.north) continue;
    const Point at{projection.x(window.west + *east), projection.y(place.latitude)};
    svg.begin_link(place.href, place.name);
    svg.circle(at, kWideRadius, "point", place.name);
    svg.end_link();
    wanted.push_back({at, plain_line(place.label), place.weight});
  }
  svg.end_group();
  out.places = wanted.size();
  const Box frame{0, 0, kMapWidth, height};
  out.unnamed_wide =
      draw_names(svg, wanted, {frame, kWideSize, kWideRadius, kMostNames, ends, kWideEnd}, "names wide");
  out.unnamed_narrow = draw_names(
      svg, wanted, {frame, kNarrowSize, kNarrowRadius, kMostNames, ends, kNarrowEnd}, "names narrow");
  out.svg = svg.take();
  return out;
}

}  // namespace koinon
