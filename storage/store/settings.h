// Settings of the store: their names, and how their values are read.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "proto/base/types.h"

namespace koinon {

// Names of settings.
inline constexpr std::string_view kSubscriptions = "subscriptions";   // BodyFilter::text
inline constexpr std::string_view kObserverName = "observer";         // of a node without a log
inline constexpr std::string_view kFilterApplied = "filter_applied";  // the one that the bodies held follow
inline constexpr std::string_view kLived = "lived_ms";                // how long the node has run, decimal

// The setting kLived as it is stored; none, or what cannot be read, counts as nothing.
std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting);

}  // namespace koinon
