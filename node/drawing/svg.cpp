#include "node/drawing/svg.h"

#include <array>
#include <charconv>
#include <cmath>

#include "node/text/plain_text.h"

namespace koinon {
namespace {

constexpr double kFarthestDrawn = 1e6;  // no picture is larger

std::string clean(std::string_view text) { return html_escaped(plain_line(text)); }

std::string_view anchor_text(Anchor anchor, bool mirrored) {
  if (anchor == Anchor::kMiddle) return "middle";
  return (anchor == Anchor::kStart) != mirrored ? "start" : "end";
}

std::string attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + svg_number(value) + "\"";
}

std::string css_class(std::string_view css) {
  return css.empty() ? std::string() : " class=\"" + std::string(css) + "\"";
}

}  // namespace

std::string svg_number(double value) {
  if (!std::isfinite(value)) return "0";
  std::array<char, 32> text{};
  const double rounded = std::round(std::min(std::max(value, -kFarthestDrawn), kFarthestDrawn) * 10) / 10;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), rounded == 0 ? 0 : rounded,
                                 std::chars_format::fixed, 1);
  std::string out(text.data(), end.ptr);
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

Svg::Svg(const PictureText& text, double width, double height, bool mirrored, bool links)
    : id_(text.id), width_(width), mirrored_(mirrored) {
  out_ = "<svg viewBox=\"0 0 " + svg_number(width) + " " + svg_number(height) + "\" role=\"" +
         (links ? "group" : "img") + "\" aria-labelledby=\"" + id_ + "-t " + id_ + "-d\"><title id=\"" + id_ +
         "-t\">" + clean(text.title) + "</title><desc id=\"" + id_ + "-d\">" + clean(text.told) + "</desc>";
}

std::string Svg::take() {
  out_ += "</svg>";
  return std::move(out_);
}

void Svg::title(std::string_view text) {
  if (!text.empty()) out_ += "<title>" + clean(text) + "</title>";
}

void Svg::text(Point at, Anchor anchor, std::string_view css, std::string_view content) {
  const std::string shown = clean(content);
  if (shown.empty()) return;
  out_ += "<text" + attribute("x", x(at.x)) + attribute("y", at.y) + " text-anchor=\"" +
          std::string(anchor_text(anchor, mirrored_)) + "\"" + css_class(css) + ">" + shown + "</text>";
}

void Svg::rect(const Box& box, std::string_view css, std::string_view title_text, std::string_view fill) {
  const double left = mirrored_ ? width_ - box.x - box.width : box.x;
  out_ += "<rect" + attribute("x", left) + attribute("y", box.y) + attribute("width", box.width) +
          attribute("height", box.height) + css_class(css);
  if (!fill.empty()) out_ += " fill=\"url(#" + id_ + "-" + std::string(fill) + ")\"";
  out_ += ">";
  title(title_text);
  out_ += "</rect>";
}

void Svg::circle(Point at, double radius, std::string_view css, std::string_view title_text) {
  out_ += "<circle" + attribute("cx", x(at.x)) + attribute("cy", at.y) + attribute("r", radius) +
          css_class(css) + ">";
  title(title_text);
  out_ += "</circle>";
}

void Svg::line(Point from, Point to, std::string_view css) {
  out_ += "<line" + attribute("x1", x(from.x)) + attribute("y1", from.y) + attribute("x2", x(to.x)) +
          attribute("y2", to.y) + css_class(css) + "/>";
}

void Svg::path(std::string_view points, std::string_view css, std::string_view title_text,
               std::string_view marker, std::string_view first_marker) {
  out_ += "<path d=\"" + std::string(points) + "\"" + css_class(css);
  if (!marker.empty()) out_ += " marker-end=\"url(#" + id_ + "-" + std::string(marker) + ")\"";
  if (!first_marker.empty()) out_ += " marker-start=\"url(#" + id_ + "-" + std::string(first_marker) + ")\"";
  out_ += ">";
  title(title_text);
  out_ += "</path>";
}

void Svg::begin_group(std::string_view css, bool hidden_from_readers) {
  out_ += "<g" + css_class(css) + (hidden_from_readers ? " aria-hidden=\"true\">" : ">");
}

void Svg::begin_link(std::string_view href, std::string_view name) {
  out_ += "<a href=\"" + clean(href) + "\" aria-label=\"" + clean(name) + "\">";
}

std::string Svg::at(Point point) const { return svg_number(x(point.x)) + " " + svg_number(point.y); }

// Stripes, a grid and dots: told apart in grey, and by who sees no red or green.
void Svg::add_patterns() {
  const auto pattern = [&](std::string_view told, std::string_view size, std::string_view inside) {
    out_ += "<pattern id=\"" + id_ + "-" + std::string(told) + "\" patternUnits=\"userSpaceOnUse\" width=\"" +
            std::string(size) + "\" height=\"" + std::string(size) + "\" class=\"told-" + std::string(told) +
            "\">" + std::string(inside) + "</pattern>";
  };
  out_ += "<defs>";
  pattern(
      "partly", "6",
      R"(<rect class="under" width="6" height="6"/><path class="stroke" d="M-1 1l2-2M0 6l6-6M5 7l2-2"/>)");
  pattern("did-not", "5",
          R"(<rect class="under" width="5" height="5"/><path class="stroke" d="M0 0l5 5M5 0l-5 5"/>)");
  pattern("stopped", "4",
          R"(<rect class="under" width="4" height="4"/><circle class="solid" cx="2" cy="2" r="1.2"/>)");
  out_ += "</defs>";
}

// An arrow, an open arrow, a cross, a bar, a ring: at the end of a way.
void Svg::add_markers() {
  const auto marker = [&](std::string_view told, std::string_view inside) {
    out_ += "<marker id=\"" + id_ + "-end-" + std::string(told) +
            "\" viewBox=\"-6 -6 12 12\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\" class=\"told-" +
            std::string(told) + "\">" + std::string(inside) + "</marker>";
  };
  out_ += "<defs>";
  marker("worked", R"(<path class="solid" d="M-4-4L4 0L-4 4Z"/>)");
  marker("partly", R"(<path class="stroke" d="M-4-4L4 0L-4 4"/>)");
  marker("did-not", R"(<path class="stroke" d="M-4-4L4 4M4-4L-4 4"/>)");
  marker("stopped", R"(<path class="stroke" d="M0-5V5"/>)");
  marker("open", R"(<circle class="under stroke" r="3"/>)");
  out_ += "</defs>";
}

}  // namespace koinon
