#include "node/publishing/cosigner.h"

namespace koinon {

Result<CosignatureLine> Cosigner::sign(const Checkpoint& checkpoint, UnixMillis now,
                                       const std::optional<SigningWait>& waits) const {
  if (waits) return again_as(Code::kUnavailable, waits->why, waits->why.field);
  if (now.value < 0) return fail(Code::kUnavailable, "the clock is before the year 1970", "clock");
  const std::lock_guard lock(mutex_);
  const SigningKey key = keys_.keys().now.cosigner;
  if (named_ != key.public_key())
    return fail(Code::kUnavailable, "our log does not name the cosigner key that is in use here", "cosigner");
  const auto seconds = static_cast<std::uint64_t>(now.value / 1000);
  return CosignatureLine{own_, cosign(checkpoint.text(), origin_, key, seconds), seconds, 0};
}

}  // namespace koinon
