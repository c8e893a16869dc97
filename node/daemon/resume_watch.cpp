#include "node/daemon/resume_watch.h"

#include <cstdlib>
#include <utility>

#include "crypto/key_file.h"
#include "node/daemon/steady_wall.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::chrono::seconds kBootIdPause{1};

}  // namespace

ResumeWatch::ResumeWatch(Clocks clocks)
    : clocks_(std::move(clocks)), difference_(difference()), boot_id_(clocks_.boot_id()) {}

std::int64_t ResumeWatch::difference() const {
  return clocks_.wall().value - std::chrono::duration_cast<std::chrono::milliseconds>(clocks_.boot()).count();
}

bool ResumeWatch::has_resumed() {
  const std::int64_t now = difference();
  const std::int64_t jump = std::abs(now - std::exchange(difference_, now));
  bool other_boot = false;
  // Not with each input: it is a file.
  if (const MonoTime boot = clocks_.boot(); boot < boot_id_at_ || boot - boot_id_at_ >= kBootIdPause) {
    boot_id_at_ = boot;
    // One that cannot be read for a moment is no other.
    if (const std::string boot_id = clocks_.boot_id(); !boot_id.empty()) {
      const std::string before = std::exchange(boot_id_, boot_id);
      other_boot = !before.empty() && boot_id != before;
    }
  }
  return other_boot || jump > std::chrono::milliseconds(limits::kResumeJump).count();
}

ResumeWatch::Clocks machine_clocks() {
  constexpr std::size_t kBootIdBytes = 64;
  return {system_clock().wall, boot_time, [] {
            const auto id = read_file("/proc/sys/kernel/random/boot_id", kBootIdBytes);
            return id.ok() ? *id : std::string();
          }};
}

}  // namespace koinon
