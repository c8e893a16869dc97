#include "storage/store/settings.h"

#include <algorithm>
#include <cstdlib>

namespace koinon {

std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting) {
  const std::int64_t lived = setting ? std::strtoll(setting->c_str(), nullptr, 10) : 0;
  return std::chrono::milliseconds(std::max<std::int64_t>(lived, 0));
}

}  // namespace koinon
