#include "node/drawing/graph.h"

#include <algorithm>
#include <map>
#include <utility>

#include "node/drawing/letters.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kGraphWidth = 360;
constexpr double kGraphText = 10;  // of the font
constexpr double kLine = 15;       // from one node of a column to the next
constexpr double kGraphRadius = 3;
constexpr double kBow = 14;      // room for bows beside a column
constexpr double kBetween = 22;  // between the names of a column and the next
constexpr double kHead = 22;

struct Place {
  Point at;        // of the mark
  double end = 0;  // of its name
  std::size_t layer = 0;
  std::string label;
};

struct Layout {
  std::vector<Place> places;
  double column = kGraphWidth;  // how wide
  double height = 0;
};

Layout layout_of(const GraphPicture& picture) {
  Layout out;
  const std::size_t columns = std::max<std::size_t>(picture.layers.size(), 1);
  out.column = kGraphWidth / static_cast<double>(columns);
  std::vector<std::size_t> count(columns);
  const auto column_of = [&](const GraphNode& node) { return std::min(node.layer, columns - 1); };
  for (const GraphNode& node : picture.nodes) ++count[column_of(node)];
  const double most = static_cast<double>(*std::max_element(count.begin(), count.end()));
  out.height = kHead + std::max(most, 1.0) * kLine + kGraphText;
  std::vector<std::size_t> placed(columns);
  for (const GraphNode& node : picture.nodes) {
    const std::size_t column = column_of(node);
    // A short column stands in the middle of the height.
    const double above = (most - static_cast<double>(count[column])) / 2;
    Place place;
    place.layer = column;
    place.at = {
        out.column * static_cast<double>(column) + (column == 0 ? kGraphRadius + 1 : kBow + kGraphRadius),
        kHead + (above + static_cast<double>(placed[column]++) + 0.5) * kLine};
    const double room = out.column * static_cast<double>(column + 1) -
                        (column + 1 == columns ? 2 : kBetween) - place.at.x - kGraphRadius - 3;
    place.label = fitted(plain_line(node.label), kGraphText, room);
    place.end = place.at.x + kGraphRadius + 3 + text_width(place.label, kGraphText);
    out.places.push_back(std::move(place));
  }
  return out;
}

struct Line {
  bool back = false;  // also the other way
  bool weak = true;
};

// Both ways between two nodes are one line, from the nearer to us.
std::map<std::pair<std::size_t, std::size_t>, Line> lines_of(const GraphPicture& picture,
                                                             const Layout& layout) {
  std::map<std::pair<std::size_t, std::size_t>, Line> out;
  for (const GraphEdge& edge : picture.edges) {
    if (edge.from >= layout.places.size() || edge.to >= layout.places.size() || edge.from == edge.to)
      continue;
    const auto other = out.find({edge.to, edge.from});
    Line& line = other == out.end() ? out[{edge.from, edge.to}] : other->second;
    if (other != out.end()) line.back = true;
    line.weak = line.weak && edge.weak;
  }
  return out;
}

void draw_line_between(Svg& svg, const Place& from, const Place& to, const Line& line) {
  const std::string css = std::string("edge") + (line.weak ? " weak" : "");
  if (from.layer == to.layer) {
    const double x = from.at.x - kGraphRadius;
    const Point bow{x - kBow + 2, (from.at.y + to.at.y) / 2};
    svg.path("M" + svg.at({x, from.at.y}) + "Q" + svg.at(bow) + " " + svg.at({x, to.at.y}), css, {}, "tip",
             line.back ? "tip" : "");
    return;
  }
  // From behind the name of the nearer one to the mark of the other.
  const bool outward = from.layer < to.layer;
  const Place& near = outward ? from : to;
  const Place& far = outward ? to : from;
  const Point begin{near.end + 2, near.at.y};
  const Point end{far.at.x - kGraphRadius - 1, far.at.y};
  const double bend = (end.x - begin.x) / 2;
  const Point first{begin.x + bend, begin.y};
  const Point second{end.x - bend, end.y};
  const std::string path =
      outward ? "M" + svg.at(begin) + "C" + svg.at(first) + " " + svg.at(second) + " " + svg.at(end)
              : "M" + svg.at(end) + "C" + svg.at(second) + " " + svg.at(first) + " " + svg.at(begin);
  svg.path(path, css, {}, "tip", line.back ? "tip" : "");
}

}  // namespace

std::string draw_graph(const GraphPicture& picture) {
  const Layout layout = layout_of(picture);
  Svg svg(picture.text, kGraphWidth, layout.height, picture.text.right_to_left, true);
  svg.raw("<defs><marker id=\"" + svg.id() +
          "-tip\" viewBox=\"0 -4 8 8\" refX=\"7\" markerUnits=\"userSpaceOnUse\" markerWidth=\"8\" "
          "markerHeight=\"8\" orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0-3L7 0L0 "
          "3Z\"/></marker></defs>");
  for (std::size_t i = 0; i < picture.layers.size(); ++i)
    svg.text({layout.column * static_cast<double>(i) + (i == 0 ? 0 : kBow), kGraphText}, Anchor::kStart,
             "head", fitted(plain_line(picture.layers[i]), kGraphText, layout.column - kBow));
  svg.begin_group("lines");
  for (const auto& [ends, line] : lines_of(picture, layout))
    draw_line_between(svg, layout.places[ends.first], layout.places[ends.second], line);
  svg.end_group();
  svg.begin_group("points");
  for (std::size_t i = 0; i < layout.places.size(); ++i) {
    const Place& place = layout.places[i];
    const GraphNode& node = picture.nodes[i];
    if (!node.href.empty()) svg.begin_link(node.href, node.name);
    svg.circle(place.at, kGraphRadius, place.layer == 0 ? "point own" : "point", node.name);
    svg.text({place.at.x + kGraphRadius + 3, place.at.y + kGraphText * 0.35}, Anchor::kStart, "name",
             place.label);
    if (!node.href.empty()) svg.end_link();
  }
  svg.end_group();
  return svg.take();
}

}  // namespace koinon
