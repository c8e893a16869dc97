// The number of people with which a text begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace koinon {

// "70,000 volunteers" in English, "70.000 voluntarios" in Spanish, "1,2 millions d'habitants" in French,
// "120만 명" in Korean. Nothing unless it is beyond doubt that the text begins with a whole number of people:
// it does not ("about a third"), it counts something else ("1,621 municipalities"), it is a range or a share,
// or its separators mean something else in this language ("1.200" in English).
//
// `language` is BCP 47. Of a language that is not among those of the pages only numbers are read that mean
// the same everywhere, with nothing behind them.
std::optional<std::uint64_t> people_number(std::string_view text, std::string_view language);

}  // namespace koinon
