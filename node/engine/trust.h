// Which logs a node follows, shows and relays, and by which path: itself, its direct peers, and the cities
// that unexpired vouches, its own among them, lead to within some hops. Pure.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "crypto/log_state.h"

namespace koinon {

// The logs between us and a trusted one, ours left out, the trusted one last.
using TrustPath = std::vector<LogId>;

class TrustPolicy {
 public:
  TrustPolicy(unsigned hops, std::size_t admits) : hops_(hops), admits_(admits) {}

  void set_own(const LogId& log) { own_ = log; }
  void set_peers(std::vector<LogId> direct) { peers_ = std::move(direct); }
  // The latest statement of a voucher about a target stands.
  void add_vouch(const VouchFact& vouch);

  // Recomputes who is admitted; returns the logs that were not admitted before. A voucher admits at most
  // `admits` cities, those it vouched for first.
  std::vector<LogId> refresh(UnixMillis now);

  bool admits(const LogId& log) const { return paths_.contains(log); }
  const TrustPath* path(const LogId& log) const;
  const std::map<LogId, TrustPath>& admitted() const { return paths_; }

 private:
  std::vector<LogId> nearest(UnixMillis now) const;
  std::vector<const VouchFact*> standing(const LogId& voucher, UnixMillis now) const;

  unsigned hops_;
  std::size_t admits_;
  std::optional<LogId> own_;
  std::vector<LogId> peers_;
  std::map<LogId, std::map<LogId, VouchFact>> vouches_;  // by voucher, by target
  std::map<LogId, TrustPath> paths_;
};

}  // namespace koinon
