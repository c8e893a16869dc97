// Which time zones a country has, by the IANA time zone database in ICU.
//
// Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koinon {

// "US": America/New_York and the others, each place with clocks of its own once, by name. Empty: no country
// is called so (ISO 3166-1 alpha-2).
std::vector<std::string> zones_of_country(std::string_view country);

}  // namespace koinon
