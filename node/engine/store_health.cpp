#include "node/engine/store_health.h"

namespace koinon::engine {

void StoreHealth::note_failure(const LogId& log, const Error& error) {
  if (std::exchange(failed_, true)) return;
  constexpr unsigned kDoublings = 16;
  const auto wait = limits::kStoreRetry * (std::int64_t{1} << std::min(failures_++, kDoublings));
  retry_at_ = effects_.now().mono + std::min<MonoTime>(wait, limits::kStoreRetryMax);
  effects_.emit({Event::Kind::kStoreFailed, {}, log, {}, error.text()});
}

bool StoreHealth::begin_try() {
  if (!failed_ || effects_.now().mono < retry_at_) return false;
  failed_ = false;
  return true;
}

}  // namespace koinon::engine
