// Logs of which nothing is held at a start. Every peer is asked for them, but for those that have answered
// since: a bit for each of these, so that many peers times many logs stay small.
#pragma once

#include <map>
#include <vector>

#include "proto/base/types.h"

namespace koinon::engine {

class UnheldLogs {
 public:
  void add(const LogId& log) { places_.emplace(log, places_.size() + removed_); }
  // False if it is not one of them.
  bool remove(const LogId& log) {
    const bool was = places_.erase(log) > 0;
    if (was) ++removed_;
    return was;
  }
  bool contains(const LogId& log) const { return places_.contains(log); }
  // In the order of their ids, each with its place.
  const std::map<LogId, std::size_t>& all() const { return places_; }
  template <typename Outside>
  void remove_if(Outside&& is_outside) {
    removed_ += std::erase_if(places_, [&](const auto& entry) { return is_outside(entry.first); });
  }

  // Whether it is one of them, and the peer has not answered about it.
  bool awaits(const NodeKey& peer, const LogId& log) const {
    const auto place = places_.find(log);
    if (place == places_.end()) return false;
    const auto answered = answered_.find(peer);
    return answered == answered_.end() || place->second >= answered->second.size() ||
           !answered->second[place->second];
  }
  // The peer has answered, or is to be asked again.
  void note(const NodeKey& peer, const LogId& log, bool has_answered) {
    const auto place = places_.find(log);
    if (place == places_.end()) return;
    std::vector<bool>& answered = answered_[peer];
    if (answered.size() <= place->second) answered.resize(place->second + 1);
    answered[place->second] = has_answered;
  }
  void forget(const NodeKey& peer) { answered_.erase(peer); }

 private:
  std::map<LogId, std::size_t> places_;  // a place is never given twice
  std::size_t removed_ = 0;
  std::map<NodeKey, std::vector<bool>> answered_;  // by place
};

}  // namespace koinon::engine
