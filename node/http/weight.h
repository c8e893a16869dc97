// The weights of what a client prefers (RFC 9110, section 12.4.2). Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

namespace koinon {

inline constexpr int kWholeWeight = 1000;  // the weight 1, in thousandths: a weight has three digits at most

// "1", "0.5", "0.125", "1.000", in thousandths. Nothing: it is no weight.
std::optional<int> read_weight(std::string_view text);

}  // namespace koinon
