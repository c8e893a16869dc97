// New epochs while we run.
//
// A follower may show an epoch of ours which the store has lost: the proof that the store was put back from a
// copy. Then the store begins a new epoch, and all sessions begin anew in it. An epoch that is forged,
// forgotten for its age, or handled already proves nothing and costs one MAC a session.
//
// Where the disk was full when we started, the store is asked for this start's epoch until it has begun;
// until then it makes no rows.
#pragma once

#include "koinon/v1/wire.pb.h"
#include "node/engine/journal.h"
#include "node/engine/links.h"
#include "node/engine/news.h"

namespace koinon::engine {

class Epochs {
 public:
  Epochs(Effects& effects, Links& links, Journal& journal, News& news)
      : effects_(effects), links_(links), journal_(journal), news_(news) {}

  // The store could not begin an epoch when it was opened.
  void begin_late() { begin(0); }
  // The machine was stopped, and may go on as an earlier state of itself: what it tells from now on has
  // numbers of its own.
  void begin_anew() { begin(counter_of(journal_.epoch())); }
  // The first Follow of a session, which is well formed.
  void on_follow(const Link& link, const v1::Follow& follow);
  // Begins an epoch that counts above this one.
  void count_above(const Epoch& shown) {
    if (!beginning_) begin(counter_of(shown));
  }

  void run_timers();
  MonoTime next_timer() const { return again_at_; }

 private:
  // `shown`: the counter of a lost epoch; 0: none.
  void begin(std::uint32_t shown);
  void end_sessions();

  Effects& effects_;
  Links& links_;
  Journal& journal_;
  News& news_;
  bool beginning_ = false;               // the store is asked for a new epoch
  std::uint32_t shown_ = 0;              // of the one that it could not begin
  MonoTime again_at_ = MonoTime::max();  // then it is asked again
};

}  // namespace koinon::engine
