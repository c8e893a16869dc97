// Codes of countries and languages, as people write them, looked up in ICU's lists. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace koinon {

// A country's two letters of ISO 3166-1, in capitals: of kr, KR. What is none is refused, with the code that
// may be meant: of KOR, UK or Kenya.
Result<std::string> country_code(std::string_view typed);

// A language tag in the case that BCP 47 recommends, of a language that ISO 639 has: of PT-br, zh-hant. Its
// script and its region exist too. What is none is refused, with the tag that may be meant: of english.
Result<std::string> language_code(std::string_view typed);

}  // namespace koinon
