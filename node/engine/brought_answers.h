// Answers about our own log that were carried here, from peers that no line reaches. One counts as an answer
// in a session does where it answers the question that is asked now. A peer's own word in a session outweighs
// it. The head that it brings is looked at whatever becomes of the answer: a larger one stops us, one of
// another history is evidence, if need be once the log has grown so far.
#pragma once

#include "node/engine/forks.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class BroughtAnswers {
 public:
  BroughtAnswers(Peers& peers, Logs& logs, Journal& journal, Standing& standing, Forks& forks)
      : peers_(peers), logs_(logs), journal_(journal), standing_(standing), forks_(forks) {}

  // What an answer must name to count.
  SigningQuestion question() const { return {journal_.epoch(), standing_.question()}; }
  // Refused: of who is not pinned (kNotFound), of another question, of who has answered in a session or
  // brought something newer, of who had not caught up (kRefused).
  Status take(const BroughtAnswer& answer);
  // Our log stands whole at a larger head: heads that it has reached are compared with it.
  void compare();
  void forget_peer(const NodeKey& peer) { kept_.erase(peer); }

 private:
  struct Kept {
    SigningQuestion question;
    std::optional<StoredHead> head;
    bool compared = false;
  };

  Status check(const BroughtAnswer& answer) const;
  void consider(const NodeKey& peer, Kept& kept);
  Offer offer_of(const StoredHead& head) const;

  Peers& peers_;
  Logs& logs_;
  Journal& journal_;
  Standing& standing_;
  Forks& forks_;
  std::map<NodeKey, Kept> kept_;  // the newest of each peer
};

}  // namespace koinon::engine
