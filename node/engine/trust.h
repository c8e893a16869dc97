// Which logs a node follows, shows and relays, and by which path: itself, its direct peers, and the cities
// that unexpired vouches, its own among them, lead to within some hops, minus those that the operator blocks.
// Pure. Where several paths are asked for they are found greedily, shortest first: never too many are
// counted.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/log_state.h"

namespace koinon {

// The logs between us and a trusted one, ours left out, the trusted one last.
using TrustPath = std::vector<LogId>;

struct TrustChange {
  std::vector<LogId> added;
  std::vector<LogId> removed;
  std::vector<LogId> moved;  // admitted before and after, and now nearer or farther
};

// What a log has of its name. Of logs that have the same name the bare name belongs to the nearest.
struct NameClaim {
  LogId log;
  std::string name;              // empty: it is not known yet
  std::optional<unsigned> rank;  // of TrustPolicy::rank; none: it claims nothing
};

class TrustPolicy {
 public:
  struct Rules {
    unsigned hops = 2;
    unsigned paths = 1;      // that share no city between the ends; our direct relations need none
    std::size_t admits = 0;  // cities through any one voucher, those it vouched for first
  };
  explicit TrustPolicy(Rules rules) : rules_(rules) {}

  void set_own(const LogId& log) { own_ = log; }
  void set_peers(std::vector<LogId> direct) { peers_ = std::move(direct); }
  void set_blocked(const LogId& log, bool blocked);
  // The latest statement of a voucher about a target stands.
  void add_vouch(const VouchFact& vouch);
  // What a removed log stated no longer counts.
  void forget_voucher(const LogId& voucher);

  // Recomputes who is admitted.
  TrustChange refresh(UnixMillis now);
  // When a vouch that counts now lapses; none: never.
  std::optional<UnixMillis> next_expiry() const { return next_expiry_; }

  bool admits(const LogId& log) const { return paths_.contains(log); }
  bool blocks(const LogId& log) const { return blocked_.contains(log); }
  const TrustPath* path(const LogId& log) const;
  // How near an admitted city is: 0 is our own, 1 a pinned peer, any other one more than there are hops to
  // it. None: it is not admitted. As of the last refresh.
  std::optional<unsigned> rank(const LogId& log) const;
  const std::map<LogId, TrustPath>& admitted() const { return paths_; }
  const std::set<LogId>& blocked() const { return blocked_; }
  // Standing vouches for a city, whether or not their voucher counts; for explanations.
  std::vector<const VouchFact*> vouches_for(const LogId& target, UnixMillis now) const;
  // A city's standing vouches, the oldest first.
  std::vector<const VouchFact*> vouches_by(const LogId& voucher, UnixMillis now) const;
  const Rules& rules() const { return rules_; }

 private:
  std::vector<LogId> nearest(UnixMillis now);
  // The same, when the next of them lapses noted.
  std::vector<const VouchFact*> standing(const LogId& voucher, UnixMillis now);
  std::vector<LogId> next_hop(const std::vector<LogId>& frontier, std::map<LogId, TrustPath>& paths,
                              UnixMillis now);
  std::map<LogId, unsigned> ranks_of(const std::map<LogId, TrustPath>& paths) const;

  Rules rules_;
  std::optional<LogId> own_;
  std::vector<LogId> peers_;
  std::set<LogId> blocked_;
  // What a voucher says of so many cities, limits::kVouches: the first that it names and has not taken back.
  struct Said {
    std::map<LogId, VouchFact> by_target;
    std::size_t withdrawn = 0;
  };
  void forget_withdrawn(const LogId& voucher, Said& said);
  void forget_target(const LogId& voucher, const LogId& target);

  std::map<LogId, Said> vouches_;              // by voucher
  std::map<LogId, std::set<LogId>> vouchers_;  // the same, by target
  std::map<LogId, TrustPath> paths_;
  std::map<LogId, unsigned> ranks_;  // of the same logs
  std::optional<UnixMillis> next_expiry_;
};

}  // namespace koinon
