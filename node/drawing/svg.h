// Writes one picture as SVG for a page. It has no colour of its own: what a thing looks like says its class
// (pages/assets/koinon.css), and its pattern where a colour alone would tell it apart.
//
// A drawing belongs to one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace koinon {

// What a picture says, in the reader's language.
struct PictureText {
  std::string id;     // letters, digits and -, once on a page
  std::string title;  // what it shows
  std::string told;   // the same in a sentence or two, for who does not see it
  std::function<std::string(double)> number;
  bool right_to_left = false;
};

struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  bool overlaps(const Box& other) const {
    return x < other.x + other.width && other.x < x + width && y < other.y + other.height &&
           other.y < y + height;
  }
  bool is_within(const Box& other) const {
    return x >= other.x && y >= other.y && x + width <= other.x + other.width &&
           y + height <= other.y + other.height;
  }
};

enum class Anchor : unsigned char { kStart, kMiddle, kEnd };

class Svg {
 public:
  // `mirrored`: x counts from the right, and texts that began at the left end at the right. With `links` it
  // is a group that has links in it; otherwise one image.
  Svg(const PictureText& text, double width, double height, bool mirrored, bool links = false);

  // Texts are those of other cities: they are cleaned (plain_line) and escaped here.
  void text(Point at, Anchor anchor, std::string_view css, std::string_view content);
  // `fill`: a pattern of add_patterns; empty: what the class says.
  void rect(const Box& box, std::string_view css, std::string_view title = {}, std::string_view fill = {});
  void circle(Point at, double radius, std::string_view css, std::string_view title = {});
  void line(Point from, Point to, std::string_view css);
  // Its points are not mirrored: what makes it asks `at` for each. Markers: of add_markers, at its end and at
  // its beginning.
  void path(std::string_view points, std::string_view css, std::string_view title = {},
            std::string_view marker = {}, std::string_view first_marker = {});
  void begin_group(std::string_view css, bool hidden_from_readers = false);
  void end_group() { out_ += "</g>"; }
  // `href`: a path on this node. `name`: for who does not see it.
  void begin_link(std::string_view href, std::string_view name);
  void end_link() { out_ += "</a>"; }
  // What each adoption's standing looks like beside its colour: fill(told) and marker(told).
  void add_patterns();
  void add_markers();
  // As a path has it.
  std::string at(Point point) const;
  double x(double given) const { return mirrored_ ? width_ - given : given; }
  // Markup that is made here.
  void raw(std::string_view markup) { out_ += markup; }
  const std::string& id() const { return id_; }

  std::string take();

 private:
  void title(std::string_view text);

  std::string id_;
  double width_;
  bool mirrored_;
  std::string out_;
};

// To a tenth, without a useless zero; 0 for what is no number.
std::string svg_number(double value);

}  // namespace koinon
