// Whether others reach this node: peers are asked to dial it, and it dials for peers that ask. PROTOCOL.md,
// "Reaching back".
//
// The engine dials nobody: Event::Kind::kReachAsked names the peer and the address that it tells others, and
// on_dialled says what came of it. What peers answer decides nothing; it is for the operator's eyes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/engine/links.h"

namespace koinon::engine {

class Reaches {
 public:
  Reaches(Effects& effects, Peers& peers, Links& links) : effects_(effects), peers_(peers), links_(links) {}

  // --- we ask

  // Asks limits::kReachPeers connected peers at most, those of the longest sessions, whether they reach us at
  // `address`. Who has answered about the same address within limits::kReachedKept is not asked again.
  void ask(const std::string& address);
  void on_reached(Link& link, const v1::Reached& answer);
  // Of those that the last `ask` named.
  std::vector<ReachStanding> told() const;

  // --- we are asked

  void on_reach_me(Link& link, const v1::ReachMe& request);
  // What came of an event kReachAsked. Of a peer whose session has ended meanwhile nothing is told.
  void on_dialled(const NodeKey& peer, v1::ReachOutcome outcome, const std::string& address);

  void forget(const Link& link);

 private:
  struct Asked {
    std::uint64_t request_id = 0;
    std::string address;
  };
  bool is_fresh(const NodeKey& peer, const std::string& address) const;
  void send_question(Link& link, const std::string& address);
  void send_answer(Link& link, std::uint64_t request_id, v1::ReachOutcome outcome,
                   const std::string& address);

  Effects& effects_;
  Peers& peers_;
  Links& links_;
  std::map<SessionId, Asked> asked_;           // our open ReachMe
  std::map<SessionId, std::uint64_t> asks_;    // the open ReachMe of the peer
  std::map<NodeKey, ReachStanding> answered_;  // by those that the last `ask` named
  std::vector<NodeKey> named_;
};

}  // namespace koinon::engine
