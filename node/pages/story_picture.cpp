#include "node/pages/story_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kColumns = 4;
constexpr int kColumnWidth = 108;
constexpr int kRowHeight = 62;
constexpr int kRadius = 13;
constexpr int kCircleAt = 18;       // below the top of its row
constexpr int kNameAt = 49;         // the line on which a name stands
constexpr int kTip = 6;             // of an arrow
constexpr unsigned kNameWide = 16;  // letters of the Latin alphabet that have room in a column

// How many letters of the Latin alphabet have the room of this character, by its first byte in UTF-8: those
// of three bytes and more are mostly as wide as they are high.
unsigned letters_of(unsigned char first) { return first >= 0xE1 ? 2 : 1; }

std::string short_name(const std::string& name) {
  unsigned wide = 0;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const auto byte = static_cast<unsigned char>(name[at]);
    if ((byte & 0xC0) == 0x80) continue;  // it belongs to the character before
    wide += letters_of(byte);
    if (wide > kNameWide) return name.substr(0, at) + "…";
  }
  return name;
}

// What a class of the style is called: other cities write what they like.
std::string class_of(const std::string& how) {
  constexpr std::array<std::string_view, 8> kKnown = {"began",     "worked",  "partly", "did-not",
                                                      "too-early", "derived", "asked",  "answered"};
  return std::find(kKnown.begin(), kKnown.end(), how) == kKnown.end() ? "unsaid" : how;
}

// Colours alone tell nothing to many.
std::string sign_of(const std::string& how) {
  if (how == "worked") return "✓";
  if (how == "partly") return "≈";
  if (how == "did-not") return "✕";
  if (how == "too-early") return "…";
  if (how == "asked" || how == "answered") return "?";
  return "";
}

struct Spot {
  std::size_t column = 0;
  std::size_t row = 0;
  int x = 0;
  int y = 0;
};

std::string pair_of(double x, double y) {
  return std::to_string(static_cast<int>(std::lround(x))) + " " +
         std::to_string(static_cast<int>(std::lround(y)));
}

// From the edge of one circle to that of another, with a tip.
json::object arrow(const Spot& from, const Spot& to, const std::string& how) {
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double length = std::max(1.0, std::hypot(dx, dy));
  const double ux = dx / length;
  const double uy = dy / length;
  const double begin = kRadius + 3;
  const double tip = length - kRadius - 3;
  const double base = tip - kTip;
  const std::string path = "M" + pair_of(from.x + ux * begin, from.y + uy * begin) + "L" +
                           pair_of(from.x + ux * base, from.y + uy * base);
  const double half = kTip * 0.75;
  const std::string head = "M" + pair_of(from.x + ux * tip, from.y + uy * tip) + "L" +
                           pair_of(from.x + ux * base - uy * half, from.y + uy * base + ux * half) + "L" +
                           pair_of(from.x + ux * base + uy * half, from.y + uy * base - ux * half) + "Z";
  return {{"path", path}, {"head", head}, {"how", class_of(how)}};
}

}  // namespace

json::object story_picture(const std::vector<StoryStop>& stops, bool mirrored) {
  std::vector<Spot> spots;
  std::array<std::size_t, kColumns> rows{};
  for (const StoryStop& stop : stops) {
    Spot spot;
    if (stop.from && *stop.from < spots.size())
      spot.column = std::min(spots[*stop.from].column + 1, kColumns - 1);
    spot.row = rows[spot.column]++;
    spots.push_back(spot);
  }
  std::size_t columns = 0;
  while (columns < kColumns && rows[columns] > 0) ++columns;
  const std::size_t most = *std::max_element(rows.begin(), rows.end());
  const int width = static_cast<int>(columns) * kColumnWidth;
  json::array circles;
  json::array arrows;
  for (std::size_t i = 0; i < stops.size(); ++i) {
    Spot& spot = spots[i];
    const int x = static_cast<int>(spot.column) * kColumnWidth + kColumnWidth / 2;
    spot.x = mirrored ? width - x : x;
    // A column with few stands in the middle of the height.
    const auto above = static_cast<int>(most - rows[spot.column]) * kRowHeight / 2;
    spot.y = above + static_cast<int>(spot.row) * kRowHeight + kCircleAt;
    const std::string how = stops[i].from ? stops[i].how : "began";
    circles.push_back(json::object{{"x", std::to_string(spot.x)},
                                   {"y", std::to_string(spot.y)},
                                   {"name_y", std::to_string(spot.y - kCircleAt + kNameAt)},
                                   {"sign_y", std::to_string(spot.y + 5)},
                                   {"how", class_of(how)},
                                   {"sign", sign_of(how)},
                                   {"name", short_name(stops[i].name)}});
    if (stops[i].from && *stops[i].from < i)
      arrows.push_back(arrow(spots[*stops[i].from], spot, stops[i].how));
  }
  return {{"width", std::to_string(width)},
          {"height", std::to_string(static_cast<int>(most) * kRowHeight)},
          {"arrows", std::move(arrows)},
          {"circles", std::move(circles)}};
}

}  // namespace koinon
