// About what a US dollar is worth in other currencies: for orders of magnitude alone.
#pragma once

#include <optional>
#include <string_view>

namespace koinon {

// By ISO 4217 code; none where the list does not have it.
std::optional<double> units_per_dollar(std::string_view currency);

}  // namespace koinon
