// Which witness is asked when, and for what: one request to each at a time, the newest head alone, with the
// size that the witness is believed to have cosigned last. C2SP tlog-witness says how an answer tells that
// size.
//
// Rules without sockets, threads and clocks; one thread.
#pragma once

#include <optional>
#include <vector>

#include "node/delivery/witness_message.h"
#include "proto/base/limits.h"

namespace koinon {

class WitnessTurns {
 public:
  struct Paces {
    std::chrono::milliseconds round = limits::kWitnessRound;
    std::chrono::milliseconds backoff = limits::kWitnessBackoff;
    std::chrono::milliseconds backoff_max = limits::kWitnessBackoffMax;
    std::chrono::milliseconds long_pause = limits::kWitnessLongPause;
  };
  struct Turn {
    std::size_t witness = 0;
    TreeSize old_size;
    WitnessableHead head;
  };
  // What became of an answer.
  enum class After : unsigned char {
    kDone,      // it has cosigned
    kAskAgain,  // at once, with the size that it said
    kAhead,     // it has cosigned a larger head of ours than the newest that is here
    kFailed,    // it waits for a while
  };

  WitnessTurns(std::size_t witnesses, Paces paces) : paces_(paces), states_(witnesses) {}

  // The newest head of our log. A smaller one of the same origin is passed over. One of another origin goes
  // at once, and no witness is believed to know it; others go when the round of the one before is over.
  void on_head(const WitnessableHead& head, MonoTime now);
  // Of the origin of the newest head the witness is believed to have cosigned this size.
  void believe(std::size_t witness, TreeSize cosigned);

  // Who is to be asked now. Each of these counts as asked until its answer comes.
  std::vector<Turn> take(MonoTime now);
  After on_answer(std::size_t witness, const WitnessReply& answer, MonoTime now);
  // When somebody may be to ask next. Nothing: not before a new head or an answer comes.
  std::optional<MonoTime> next(MonoTime now) const;

  // The size that the witness cosigned last, of the current origin, as far as is known; 0: none.
  TreeSize cosigned(std::size_t witness) const { return states_[witness].cosigned; }

 private:
  struct State {
    TreeSize old_size;  // that is believed
    TreeSize cosigned;  // by an answer that verified, or by what is kept
    std::optional<WitnessableHead> asked;
    TreeSize asked_old;
    unsigned failures = 0;      // in a row
    unsigned calibrations = 0;  // answers 409 in a row
    MonoTime not_before{0};
  };
  bool lacks_head(const State& state) const;
  // The newest head takes the current one's place, if its round is over.
  void turn_round(MonoTime now);
  After follow_other_old(State& state, TreeSize size, TreeSize asked_old, MonoTime now);
  After failed(State& state, const WitnessReply& answer, MonoTime now) const;

  Paces paces_;
  std::optional<WitnessableHead> newest_;
  std::optional<WitnessableHead> current_;  // that goes to witnesses in this round
  MonoTime round_began_{0};
  std::vector<State> states_;
};

}  // namespace koinon
