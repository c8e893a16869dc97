// The language of a text of others, as HTML and feeds say it.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// The tag if it can be one (BCP 47), else empty: what is no tag would make a whole feed invalid.
std::string language_tag(std::string_view language);
// "rtl" or "ltr": how a language is written, by its script or its usual one (CLDR). "auto": that is not
// known, and a browser decides by the first letter.
std::string text_direction(std::string_view language);
// For the element around a text: lang="ar" dir="rtl".
std::string language_attributes(std::string_view language);

}  // namespace koinon
