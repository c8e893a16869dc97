// The codes of three letters for languages and countries, which lists of authorities are made of. Pure
// functions, for any thread.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// "kor" for ko and ko-KR (ISO 639-3, by ICU's table). Empty: there is none.
std::string three_letter_language(std::string_view tag);
// "KOR" for KR (ISO 3166-1). Empty: there is none.
std::string three_letter_country(std::string_view code);

}  // namespace koinon
