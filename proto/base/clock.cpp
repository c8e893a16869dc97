#include "proto/base/clock.h"

#include <chrono>

namespace koinon {

Clock system_clock() {
  return {[] {
            const auto since = std::chrono::system_clock::now().time_since_epoch();
            return UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
          },
          [] {
            return std::chrono::duration_cast<MonoTime>(std::chrono::steady_clock::now().time_since_epoch());
          }};
}

}  // namespace koinon
