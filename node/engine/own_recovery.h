// Our own log was taken back, on a machine that has nothing of it yet: what the recovery keeps comes from
// whoever holds it, under a head of that size which our new key signs. Nobody need know of the recovery for
// that: the entries are those that the log had before.
#pragma once

#include "node/engine/fetcher.h"
#include "node/engine/seen_heads.h"

namespace koinon::engine {

class OwnRecovery {
 public:
  OwnRecovery(Effects& effects, Logs& logs, Links& links, Offers& offers, Fetcher& fetcher, SeenHeads& seen)
      : effects_(effects), logs_(logs), links_(links), offers_(offers), fetcher_(fetcher), seen_(seen) {}

  // A start. Until the log is here as far as the recovery keeps it, nothing is signed.
  void begin();
  // A peer is ready.
  void note_ready();
  // Asks those who are connected, again and again, until somebody has it.
  void run_timers();
  MonoTime next_timer() const;

 private:
  Log* incomplete() const;

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  Offers& offers_;
  Fetcher& fetcher_;
  SeenHeads& seen_;
  MonoTime asks_at_{};
};

}  // namespace koinon::engine
