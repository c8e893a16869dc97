#include "node/text/country_zones.h"

#include <algorithm>
#include <memory>

#include <unicode/strenum.h>
#include <unicode/timezone.h>

namespace koinon {

std::vector<std::string> zones_of_country(std::string_view country) {
  const bool is_code = country.size() == 2 && std::all_of(country.begin(), country.end(),
                                                          [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_code) return {};
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> found(icu::TimeZone::createTimeZoneIDEnumeration(
      UCAL_ZONE_TYPE_CANONICAL_LOCATION, std::string(country).c_str(), nullptr, error));
  std::vector<std::string> out;
  if (U_FAILURE(error) != 0 || found == nullptr) return out;
  while (const char* name = found->next(nullptr, error)) {
    if (U_FAILURE(error) != 0) break;
    out.emplace_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace koinon
