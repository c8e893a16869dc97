// The version of koinond and koinon, as they say it and as peers are told it.
#pragma once

#include <string_view>

namespace koinon {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace koinon
