// Answers about our own log that were carried here, from peers that no line reaches. One counts as an answer
// in a session does where it answers the question that is asked now, unless its peer has said something in a
// session: its own word outweighs what was carried.
//
// The head in it is signed by our own key, so it is looked at whatever becomes of the answer: a larger one
// stops us, one of another history is evidence, if need be once the log has grown so far. Of those that wait
// for that a restart keeps the largest alone.
#pragma once

#include "node/engine/forks.h"
#include "node/engine/seen_heads.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class BroughtAnswers {
 public:
  BroughtAnswers(Peers& peers, Logs& logs, Journal& journal, SeenHeads& seen, Standing& standing,
                 Forks& forks)
      : peers_(peers), logs_(logs), journal_(journal), seen_(seen), standing_(standing), forks_(forks) {}

  // What an answer must name to count; nothing: none counts yet.
  std::optional<SigningQuestion> question() const;
  // Refused: of who is not pinned (kNotFound), of another question, of who has spoken in a session, who had
  // not caught up, or has brought something newer (kRefused); where limits::kCarriedHeads wait (kTooLarge).
  Status take(const BroughtAnswer& answer);
  // Our log stands whole at a larger head: heads that it has reached are compared with it.
  void compare();
  // Our log was taken back: heads of before are no evidence.
  void forget() { waiting_.clear(); }

 private:
  Status consider(const BroughtAnswer& answer);
  Status check(const BroughtAnswer& answer) const;
  void compare(const StoredHead& head);

  struct Newest {
    SigningQuestion question;
    TreeSize size;  // 0: it saw none
  };

  Peers& peers_;
  Logs& logs_;
  Journal& journal_;
  SeenHeads& seen_;
  Standing& standing_;
  Forks& forks_;
  std::vector<StoredHead> waiting_;   // heads that are not compared yet
  std::map<NodeKey, Newest> newest_;  // of peers whose answers counted
};

}  // namespace koinon::engine
