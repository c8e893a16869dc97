// How much a US dollar is worth in other currencies. Rough values, good for orders of magnitude only.
#pragma once

#include <optional>
#include <string_view>

namespace koinon {

// By ISO 4217 code. Nothing if the list does not have the code.
std::optional<double> units_per_dollar(std::string_view currency);

}  // namespace koinon
