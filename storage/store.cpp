#include "storage/store.h"

#include <algorithm>
#include <cstdlib>

#include "proto/base/limits.h"

namespace koinon {

std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting) {
  const std::int64_t lived = setting ? std::strtoll(setting->c_str(), nullptr, 10) : 0;
  return std::chrono::milliseconds(std::max<std::int64_t>(lived, 0));
}

std::uint64_t share_of_log(std::uint64_t quota, std::uint64_t least) {
  return std::max(quota / limits::kLogShare, std::min(quota, least));
}

Status check_pin(std::size_t pinned, bool known, bool same_city) {
  if (known && !same_city)
    return fail(Code::kConflict,
                "that node key is pinned already, as another city's; remove that peer first if it is wrong",
                "peer");
  if (!known && pinned >= limits::kPeers)
    return fail(Code::kTooLarge, "a node has at most 1024 peers", "peer");
  return {};
}

}  // namespace koinon
