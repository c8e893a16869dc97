#include "node/pages/map_picture.h"

#include <map>

#include <boost/json.hpp>

#include "node/pages/adoption_pictures.h"

namespace koinon {
namespace json = boost::json;
namespace {

// The ties of a line, by how they stand.
ToldCounts told_of(const MapLine& line) {
  const auto of = [&](Outcome outcome) { return line.outcomes.at(static_cast<std::size_t>(outcome)); };
  ToldCounts out{};
  out.at(static_cast<std::size_t>(Told::kWorked)) = of(Outcome::kWorked);
  out.at(static_cast<std::size_t>(Told::kPartly)) = of(Outcome::kPartly);
  out.at(static_cast<std::size_t>(Told::kDidNot)) = of(Outcome::kDidNot);
  out.at(static_cast<std::size_t>(Told::kStopped)) = line.stopped;
  out.at(static_cast<std::size_t>(Told::kOpen)) = of(Outcome::kTooEarly) + of(Outcome::kNone) - line.stopped;
  return out;
}

json::array windows_of(const Visit& visit, const MapWindow& shown, const TieFilterWords& filter) {
  json::array out;
  for (const MapWindow& window : map_windows()) {
    const bool world = window.name == "world";
    out.push_back(
        json::object{{"name", visit.named("map.part", window.name)},
                     {"href", filter.address("/map", {{"region", world ? "" : std::string(window.name)}})},
                     {"current", window.name == shown.name}});
  }
  return out;
}

// Where each city that stands on the map is among the places.
std::map<std::string, std::size_t> put_places(CityNames& names, const MapView& map, MapPicture& out) {
  std::map<std::string, std::size_t> places;
  for (const PlaceView& place : map.cities) {
    if (!place.where) continue;
    places.emplace(place.city, out.places.size());
    out.places.push_back({names.of(place.city, place.log), names.in_full(place.city), "/cities/" + place.city,
                          place.where->latitude, place.where->longitude, 0});
  }
  return places;
}

// What went the same way and stands the same is one line.
void put_ways(const Visit& visit, CityNames& names, const MapView& map,
              const std::map<std::string, std::size_t>& places, MapPicture& out) {
  for (const MapLine& line : map.lines) {
    const auto from = places.find(line.from);
    const auto to = places.find(line.to);
    if (from == places.end() || to == places.end() || from == to) continue;
    // The names of cities from which much went, and to which much came, are placed first.
    out.places[from->second].weight += line.ties;
    out.places[to->second].weight += line.ties;
    const ToldCounts counts = told_of(line);
    for (std::size_t i = 0; i < kTold; ++i) {
      if (counts.at(i) == 0) continue;
      const auto told = static_cast<Told>(i);
      out.ways.push_back({from->second, to->second, std::string(told_text(told)),
                          visit.say("map.line", {{"from", names.of(line.from)},
                                                 {"to", names.of(line.to)},
                                                 {"count", shown_count(counts.at(i))}}) +
                              " · " + told_name(visit, told)});
    }
  }
}

// A short way of each kind, as the map has them.
json::array legend_of(const Visit& visit) {
  json::array out;
  for (std::size_t i = 0; i < kTold; ++i) {
    const auto told = static_cast<Told>(i);
    const std::string look(told_text(told));
    Svg svg(picture_text(visit, "key-" + look, told_name(visit, told), ""), 48, 12, false);
    svg.add_markers();
    svg.path("M2 6L40 6", "way told-" + look, {}, "end-" + look);
    out.push_back(json::object{{"name", told_name(visit, told)}, {"key_html", svg.take()}});
  }
  return out;
}

}  // namespace

json::object map_model(CityNames& names, const Visit& visit, const MapView& map, const MapWindow& window,
                       const TieFilterWords& filter) {
  MapPicture picture;
  picture.text = picture_text(
      visit, "p-map", visit.say("map.title"),
      visit.say("map.told", {{"count", shown_count(map.total)}, {"cities", shown_count(map.cities.size())}}));
  picture.coast = asset_path("world.svg");
  picture.window = &window;
  const auto places = put_places(names, map, picture);
  put_ways(visit, names, map, places, picture);
  const DrawnMap drawn = draw_map(picture);
  const auto left_out = [&](const char* key, std::size_t count) {
    return count == 0 ? std::string() : visit.say(key, {{"count", shown_count(count)}});
  };
  return {{"map_html", drawn.svg},
          {"windows", windows_of(visit, window, filter)},
          {"legend", legend_of(visit)},
          {"unnamed_wide", left_out("map.unnamed", drawn.unnamed_wide)},
          {"unnamed_narrow", left_out("map.unnamed", drawn.unnamed_narrow)},
          {"nowhere", left_out("map.nowhere", map.cities.size() - picture.places.size())},
          {"elsewhere", left_out("map.elsewhere", picture.places.size() - drawn.places)}};
}

}  // namespace koinon
