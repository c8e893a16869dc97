#include "node/engine/effects.h"

#include "proto/codec/frame.h"

namespace koinon::engine {

Effects::Effects(EngineConfig config, const std::optional<LogId>& own_log, Now now)
    : config_(std::move(config)), now_(now), filter_number_(config_.refilter ? 1 : 0) {
  config_.filter.self = own_log;
  if (config_.window == 0) config_.window = limits::kWindowBytes;
  // The peer reads a smaller one as this, so that the largest frame always fits.
  config_.window =
      std::clamp(config_.window, limits::kFrameBytes + kFramePrefixBytes, limits::kMaxWindowBytes);
  if (config_.trust_admits == 0) config_.trust_admits = limits::kVouchAdmits;
  if (config_.grace.count() == 0) config_.grace = limits::kGrace;
  if (config_.log_entries == 0) config_.log_entries = limits::kLogEntries;
  if (config_.stripe == 0) config_.stripe = limits::kStripe;
  if (config_.log_bytes == 0) config_.log_bytes = limits::kLogBytes;
  if (config_.standing.wait.count() == 0) config_.standing.wait = limits::kSigningWait;
  if (config_.ping_interval.count() == 0) config_.ping_interval = limits::kPingInterval;
}

void Effects::put(IntentBody body, Continuation then) {
  const IntentId id(next_intent_++);
  pending_.emplace(id, std::move(then));
  outputs_.emplace_back(Intent{id, std::move(body)});
}

void Effects::answer(Completion completion) {
  const auto it = pending_.find(completion.id);
  if (it == pending_.end()) return;
  const Continuation then = std::move(it->second);
  pending_.erase(it);
  then(std::move(completion.answer));
}

void Effects::notice(const NodeKey& peer, std::string text) {
  emit({Event::Kind::kNotice, peer, {}, {}, std::move(text)});
}

void Effects::send(SessionId session, Bytes bytes) {
  outputs_.emplace_back(SendBytes{session, std::move(bytes)});
}

void Effects::close(SessionId session, const Error& reason) {
  outputs_.emplace_back(CloseSession{session, reason});
}

void Effects::set_filter(BodyFilter filter) {
  config_.filter = std::move(filter);
  ++filter_number_;
}

}  // namespace koinon::engine
