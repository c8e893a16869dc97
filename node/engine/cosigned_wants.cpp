#include "node/engine/cosigned_wants.h"

#include <algorithm>

#include "node/engine/cosigned_frames.h"
#include "proto/base/limits.h"

namespace koinon::engine {

void CosignedWants::replace(const LogId& log, const Heads& heads) {
  auto old = wanted_.lower_bound({log, 0, TreeSize(0), Hash()});
  while (old != wanted_.end() && old->first.log == log) old = wanted_.erase(old);
  wanted_.insert(heads.begin(), heads.end());
}

void CosignedWants::add(const Heads& heads) {
  for (const auto& [head, lines] : heads) {
    const auto [place, is_new] = wanted_.emplace(head, lines);
    std::vector<std::uint32_t>& all = place->second;
    if (is_new || all.empty()) continue;
    for (const std::uint32_t id : lines) {
      if (std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
    }
    if (lines.empty() || all.size() > limits::kCosignatures) all.clear();
  }
}

bool CosignedWants::has_next() const { return !wanted_.empty() && asked_.size() < limits::kCosignedRequests; }

std::optional<v1::Frame> CosignedWants::next(std::uint64_t request_id) {
  if (!has_next()) return std::nullopt;
  std::optional<v1::Frame> frame(std::in_place);
  auto& request = *frame->mutable_get_cosignatures();
  request.set_request_id(request_id);
  std::vector<CosignedAsk>& asked = asked_[request_id];
  while (!wanted_.empty() && asked.size() < limits::kCosignedPerRequest) {
    auto next = wanted_.extract(wanted_.begin());
    asked.push_back(next.key());
    auto& head = *request.add_heads();
    head.set_log_id(next.key().log.bytes());
    head.set_recoveries(next.key().recoveries);
    head.set_size(next.key().size.value);
    head.set_root(next.key().root.bytes());
    head.set_key_ids(write_key_ids(next.mapped()));
  }
  return frame;
}

std::vector<CosignedAsk> CosignedWants::take(std::uint64_t request_id) {
  auto asked = asked_.extract(request_id);
  return asked.empty() ? std::vector<CosignedAsk>() : std::move(asked.mapped());
}

}  // namespace koinon::engine
