#include "node/engine/own_recovery.h"

#include "proto/base/limits.h"

namespace koinon::engine {

// Nothing: there is no recovery, or all that it keeps is here.
Log* OwnRecovery::incomplete() const {
  const auto& recovered = effects_.config().recovered;
  if (!recovered) return nullptr;
  Log* log = logs_.find(recovered->keys.identity().log_id());
  return log == nullptr || log->held() >= recovered->head.size ? nullptr : log;
}

void OwnRecovery::begin() {
  const auto& recovered = effects_.config().recovered;
  if (!recovered) return;
  const LogId id = recovered->keys.identity().log_id();
  (void)logs_.create(recovered->keys.identity(), id);
  logs_.set_keys(id, recovered->keys);
  if (incomplete() != nullptr) seen_.note({id, recovered->keys.recoveries(), recovered->head}, SessionId());
}

void OwnRecovery::note_ready() {
  asks_at_ = {};
  run_timers();
}

MonoTime OwnRecovery::next_timer() const {
  const Log* log = incomplete();
  return log == nullptr || log->recovering() ? MonoTime::max() : asks_at_;
}

void OwnRecovery::run_timers() {
  Log* log = incomplete();
  if (log == nullptr || log->recovering() || effects_.now().mono < asks_at_) return;
  asks_at_ = effects_.now().mono + limits::kRecoveryRetry;
  const auto& recovered = *effects_.config().recovered;
  for (const auto& [id, link] : links_.all()) {
    if (!link->ready || offers_.of(*log, id) != nullptr) continue;
    offers_.keep(*log, {log->id(), recovered.keys.identity(), recovered.head, id, JournalSeq(0),
                        recovered.keys.changes().size(), recovered.keys.recoveries()});
  }
  fetcher_.schedule(*log);
}

}  // namespace koinon::engine
