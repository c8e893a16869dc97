#include "tools/sim/cities.h"

#include <array>
#include <cmath>
#include <numbers>

namespace koinon::sim {
namespace {

constexpr std::array<Place, 50> kPlaces = {{
    {"seoul", 37.57, 126.98},        {"losangeles", 34.05, -118.24}, {"milan", 45.46, 9.19},
    {"sandiego", 32.72, -117.16},    {"freetown", 8.48, -13.23},     {"bogota", 4.71, -74.07},
    {"barcelona", 41.39, 2.17},      {"montreal", 45.50, -73.57},    {"amman", 31.95, 35.93},
    {"buenosaires", -34.60, -58.38}, {"nairobi", -1.29, 36.82},      {"tokyo", 35.68, 139.69},
    {"bangkok", 13.76, 100.50},      {"dhaka", 23.81, 90.41},        {"warsaw", 52.23, 21.01},
    {"lisbon", 38.72, -9.14},        {"athens", 37.98, 23.73},       {"cairo", 30.04, 31.24},
    {"accra", 5.60, -0.19},          {"lagos", 6.52, 3.38},          {"johannesburg", -26.20, 28.05},
    {"capetown", -33.92, 18.42},     {"dakar", 14.72, -17.47},       {"rabat", 34.02, -6.83},
    {"paris", 48.86, 2.35},          {"london", 51.51, -0.13},       {"berlin", 52.52, 13.41},
    {"rome", 41.90, 12.50},          {"vienna", 48.21, 16.37},       {"helsinki", 60.17, 24.94},
    {"stockholm", 59.33, 18.07},     {"copenhagen", 55.68, 12.57},   {"istanbul", 41.01, 28.98},
    {"tbilisi", 41.72, 44.83},       {"mumbai", 19.08, 72.88},       {"delhi", 28.61, 77.21},
    {"jakarta", -6.21, 106.85},      {"manila", 14.60, 120.98},      {"singapore", 1.35, 103.82},
    {"sydney", -33.87, 151.21},      {"auckland", -36.85, 174.76},   {"mexico", 19.43, -99.13},
    {"lima", -12.05, -77.04},        {"santiago", -33.45, -70.67},   {"saopaulo", -23.55, -46.63},
    {"quito", -0.18, -78.47},        {"chicago", 41.88, -87.63},     {"newyork", 40.71, -74.01},
    {"toronto", 43.65, -79.38},      {"reykjavik", 64.15, -21.94},
}};

}  // namespace

std::string city_name(std::size_t index) {
  const std::size_t round = index / kPlaces.size();
  return std::string(kPlaces[index % kPlaces.size()].name) + (round == 0 ? "" : std::to_string(round)) +
         ".example";
}

Place city_place(std::size_t index) {
  Place place = kPlaces[index % kPlaces.size()];
  const auto round = static_cast<double>(index / kPlaces.size());
  place.latitude += std::fmod(round * 0.37, 8.0) - (round > 0 ? 4.0 : 0.0);
  place.longitude += std::fmod(round * 0.73, 12.0) - (round > 0 ? 6.0 : 0.0);
  return place;
}

MonoTime one_way(const Place& from, const Place& to) {
  constexpr double kEarthKm = 6371;
  constexpr double kFibreKmPerMs = 200;
  constexpr double kDetour = 1.5;
  const double to_radians = std::numbers::pi / 180;
  const double a = from.latitude * to_radians;
  const double b = to.latitude * to_radians;
  const double across = (to.longitude - from.longitude) * to_radians;
  // The haversine formula.
  const double h =
      std::pow(std::sin((b - a) / 2), 2) + std::cos(a) * std::cos(b) * std::pow(std::sin(across / 2), 2);
  const double km = 2 * kEarthKm * std::asin(std::sqrt(std::min(1.0, h)));
  return MonoTime(static_cast<std::int64_t>((2 + km * kDetour / kFibreKmPerMs) * 1e6));
}

}  // namespace koinon::sim
