// How much is taken: bytes of answers received and not yet stored, over all links; and bytes of each log,
// less the further its city is, a share of them at once, the rest by and by. A log that brought more rests:
// nothing of it is asked for, its heads are still verified, and no cursor waits for it.
#pragma once

#include "node/engine/effects.h"
#include "node/engine/logs.h"

namespace koinon::engine {

class Intake {
 public:
  Intake(Effects& effects, const TrustPolicy& trust, Logs& logs)
      : effects_(effects), trust_(trust), logs_(logs) {}

  // --- bytes under way ---

  void begin(std::size_t bytes) { in_flight_ += bytes; }
  void end(std::size_t bytes) { in_flight_ -= bytes; }
  bool has_room() const { return in_flight_ < limits::kInFlightBytes; }

  // --- bytes of a log ---

  std::uint64_t entries_quota() const { return effects_.config().log_entries; }
  std::uint64_t bytes_quota(const LogId& log) const;
  bool is_full(const Log& log) const;
  // What the operator is told of a log that begins to rest.
  std::string why_it_rests(const Log& log) const;
  // Whether entries or bodies of it may be asked for.
  bool takes_more(Log& log);
  // Counts bytes when they are stored, not when they come: what a full disk refused comes again.
  void count(Log& log, std::uint64_t bytes);
  // The log holds so many bytes, the store said after a commit. Answers come in any order: that of the commit
  // with the highest `order`, a generation taken when it was given to the store, counts.
  void note_held(Log& log, std::uint64_t order, std::uint64_t bytes);
  // It was removed: what was given to the store before counts no more.
  void forget(Log& log) { log.intake->bytes_order = effects_.next_generation(); }

  // --- rest ---

  bool rests(const Log& log) const { return log.intake->rests_until.has_value(); }
  void begin_rest(Log& log);
  // The logs whose rest is over, and of which enough may be taken again. The others, where they are still
  // admitted and not frozen, rest on.
  std::vector<LogId> wake();
  MonoTime next_wake() const { return resting_.empty() ? MonoTime::max() : resting_.begin()->first; }
  // Whether the list of resting logs is not what a walk over all would find. For tests.
  bool has_wrong_list() const;

 private:
  double left(Log& log);

  Effects& effects_;
  const TrustPolicy& trust_;
  Logs& logs_;
  std::size_t in_flight_ = 0;
  std::set<std::pair<MonoTime, LogId>> resting_;  // and until when
};

}  // namespace koinon::engine
