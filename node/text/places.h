// Figures of places that come with the program (places/README.md): what a city is offered for its profile.
//
// The tables are read where they lie in the program, line by line of a binary search: nothing is loaded or
// kept. Pure functions, for any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

// Where the figures come from, as a profile states it.
inline constexpr std::string_view kPlacesSource = "GeoNames, 2023";
inline constexpr std::string_view kClimatesSource = "Rubel et al., 1986–2010";
inline constexpr std::string_view kIncomesSource = "World Bank, October 2025";

struct Place {
  std::uint64_t geonames = 0;  // its id there
  std::string country;         // ISO 3166-1 alpha-2
  double latitude = 0;         // degrees, WGS 84
  double longitude = 0;
  std::uint64_t population = 0;
  std::string name;
  std::string climate;  // class of Koeppen and Geiger; empty: the map has none there
};

// The places that are called so, the largest first, at most `most`. Case, accents, spaces and marks do not
// count. With a country (two capital letters) only those there; if it is empty, all.
std::vector<Place> places_called(std::string_view name, std::string_view country, std::size_t most);

// "low", "lower-middle", "upper-middle", "high", as the World Bank groups the country. Empty: it does not.
std::string_view income_of_country(std::string_view country);

}  // namespace koinon
