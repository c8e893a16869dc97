// A map of the world or of a part of it, with ways between places. Equirectangular (plate carrée): a degree
// is as long in both directions, and everything stands at its true coordinates. Pure functions.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/drawing/svg.h"

namespace koinon {

// In degrees. `east` is above `west`, and beyond 180 where the part lies across the date line.
struct MapWindow {
  std::string_view name;  // world, europe …
  double west = -180;
  double east = 180;
  double south = -60;
  double north = 90;
};
// The world first.
std::span<const MapWindow> map_windows();
// Nothing: there is no such part.
const MapWindow* find_map_window(std::string_view name);

struct MapPlace {
  std::string label;
  std::string name;  // the whole of it, for who does not see where it stands
  std::string href;
  double latitude = 0;
  double longitude = 0;
  double weight = 0;  // names of places with more are placed first
};

struct MapWay {
  std::size_t from = 0;  // places; one that there is not makes no way
  std::size_t to = 0;
  std::string look;  // worked, partly, did-not, stopped, open: class, dashes and what stands at its end
  std::string title;
};

struct MapPicture {
  PictureText text;
  std::string coast;  // the address of the coastlines of the world, 360 by 180
  const MapWindow* window = nullptr;
  std::vector<MapPlace> places;  // one without coordinates on the globe is not drawn
  std::vector<MapWay> ways;
};

struct DrawnMap {
  std::string svg;
  std::size_t places = 0;          // within the window
  std::size_t unnamed_wide = 0;    // of them without a name, on a wide screen
  std::size_t unnamed_narrow = 0;  // and on a phone
};

// Ways go the short way round, across the date line too. Names are placed twice, for wide and for narrow
// screens: the page's style shows the one or the other.
DrawnMap draw_map(const MapPicture& picture);

// Where a longitude stands within a window, counted from its west; nothing: outside.
std::optional<double> degrees_east_of(const MapWindow& window, double longitude);
// How far it is from one longitude to the other the short way: above -180, up to 180.
double short_way(double from, double to);

}  // namespace koinon
