#include "node/api/measure_history.h"

namespace koinon {

// A session counts from 0. Where less is counted than before, another session stands.
MeasureHistory::Traffic MeasureHistory::moved(const std::vector<PeerStatus>& peers) {
  Traffic out;
  std::map<NodeKey, Traffic> now;
  for (const PeerStatus& peer : peers) {
    const auto before = before_.find(peer.node_key);
    const Traffic last = before == before_.end() ? Traffic() : before->second;
    const auto since = [](std::uint64_t count, std::uint64_t earlier) {
      return count >= earlier ? count - earlier : count;
    };
    out.first += since(peer.bytes_in, last.first);
    out.second += since(peer.bytes_out, last.second);
    now[peer.node_key] = {peer.bytes_in, peer.bytes_out};
  }
  before_ = std::move(now);
  return out;
}

void MeasureHistory::take(const AlarmInput& seen) {
  const std::lock_guard lock(mutex_);
  const Traffic more = moved(seen.peers);
  since_.first += more.first;
  since_.second += more.second;
  if (!samples_.empty()) {
    const std::int64_t passed = seen.now.value - samples_.back().at.value;
    if (passed >= 0 && passed < kEveryMs) return;
  }
  MeasureSample sample;
  sample.at = seen.now;
  for (const PeerStatus& peer : seen.peers) {
    sample.peers_connected += peer.connected ? 1 : 0;
    sample.entries_behind += peer.lag.value_or(0);
  }
  sample.bodies_missing = seen.bodies_missing;
  sample.index_lag = seen.index_lag;
  sample.bytes_in = since_.first;
  sample.bytes_out = since_.second;
  since_ = {};
  if (samples_.size() == kSamples) samples_.pop_front();
  samples_.push_back(sample);
}

std::vector<MeasureSample> MeasureHistory::samples() const {
  const std::lock_guard lock(mutex_);
  return {samples_.begin(), samples_.end()};
}

}  // namespace koinon
