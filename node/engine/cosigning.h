// Our own city signs that it holds the heads of others (C2SP tlog-cosignature), and puts up the heads of its
// own log for others to sign.
//
// It cosigns what it holds whole and durably, while it may sign its own log, and never what is smaller than,
// or contradicts, what its cosigner has signed: the store has the last word. After proof of a rollback it
// cosigns nothing until the log names another cosigner key.
//
// A log that grows every second would never collect signatures of one head. So its author puts up one head in
// limits::kPutUpEvery, and tells its followers; others learn of it with the journal's rows.
#pragma once

#include <map>
#include <set>

#include "node/engine/cosigned_heads.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class Cosigning {
 public:
  Cosigning(Effects& effects, Logs& logs, Links& links, Standing& standing, CosignedHeads& heads);

  // A log stands whole further on, or more of its heads are known: it is cosigned, or put up, when it is due.
  void look_at(const LogId& log);
  // What the cosigner signed last may be forgotten; or the log names another one.
  void set_lost(bool lost);
  // At the end of each input: whether we may sign may have changed. If we may now, all logs are looked at.
  void review();
  // The log's data were removed: it is looked at again once it is back.
  void forget(const LogId& log);

  void run_timers();
  MonoTime next_timer() const;

 private:
  bool may_cosign() const;
  const CosignedBrief* next_of(const Log& log) const;
  void cosign(const LogId& log);
  void on_cosigned(const LogId& log, const LastCosigned& next, const Result<CosignedKept>& answer);
  void send_to_author(const LogId& log, const CosignedHead& own);
  void put_up(const Log& log);
  void tell_peers(const LogId& log);
  void wait(const LogId& log, MonoTime until);
  void rest(const LogId& log);

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  Standing& standing_;
  CosignedHeads& heads_;
  bool lost_;
  UnixMillis rolled_back_at_;  // of the last proof of a rollback that we know of
  bool could_ = false;         // at the last review
  std::set<std::pair<MonoTime, LogId>> due_;
  std::map<LogId, MonoTime> waits_;         // the same, by log
  std::map<LogId, MonoTime> next_at_;       // when a log may be cosigned again, or ours put up
  MonoTime rests_until_ = MonoTime::min();  // the store, or the key, could not be used
  std::set<LogId> under_way_;               // with the store
  // The newest that the store did not let us sign: neither it nor an older one is tried again.
  std::map<LogId, LastCosigned> refused_;
  std::set<LogId> anew_;  // whose newest head a key has signed that is lost since
};

}  // namespace koinon::engine
