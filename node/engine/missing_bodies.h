// Which bodies are wanted and not here, log by log, and the lists of logs that follow from that, so that no
// input walks all logs. The store knows all bodies that are missing; here are some of each log at a
// time. Owned by Bodies, which asks for them.
#pragma once

#include "node/engine/logs.h"

namespace koinon::engine {

class MissingBodies {
 public:
  explicit MissingBodies(Logs& logs) : logs_(logs) {}

  // --- changes; each relists the log, unless it says that the caller does ---

  // `body` says for whom and how far; digest and size are read from the entry, and what does not parse is
  // left out. The caller relists the log.
  void add(Log& log, EntryIndex index, BytesView entry, MissingBody body);
  MissingBody* find(Log& log, EntryIndex index) const;
  // The source of a run does not hold the bodies of these. Those that are too many at a time are read from
  // the store later. The caller relists the log.
  void add_not_held(Log& log, const std::vector<std::pair<EntryIndex, Bytes>>& entries, SessionId source);
  // The body of an entry has come, or was erased. The caller relists the log.
  void remove(Log& log, EntryIndex index);
  void forget_transit(Log& log);
  void forget_all(Log& log);
  // The store is to be read anew, from the beginning.
  void read_again(Log& log);
  // All of these were asked for in vain, and the store knows of more: they make room for those, and come back
  // with the next pass. The first few stay, for whoever asks what became of them.
  void set_aside(Log& log);
  // It is time for the retry: everybody is to be asked again, also for what was set aside.
  void begin_retry(Log& log);
  void set_retry(Log& log, std::optional<MonoTime> at);
  // After any change of what the lists depend on: the log's missing bodies, its entries, whether policy
  // admits it.
  void relist(const LogId& id);

  // What is kept of the log, for Bodies, which owns this, and for tests that stand in for it.
  LogBodies& state(Log& log) const { return *log.bodies; }
  // Whether as many are looked for as may be at a time.
  bool is_full(const Log& log) const;
  // Whether a body is looked for, or will be with the next pass.
  bool lacks(const Log& log) const;
  // Whether a GetBodies for some of them is open.
  bool is_asked(const Log& log) const;

  // For the operator, of our own log: how many nobody has, and the first of them. Only while some are looked
  // for and none is in transit.
  std::string lost_text(const Log& log) const;

  // --- lists ---

  const std::set<LogId>& unread() const { return unread_; }  // the store may know of bodies to be looked for
  const std::set<LogId>& lacking() const { return lacking_; }  // see lacks
  const std::set<LogId>& waiting() const { return waiting_; }  // and not only because nobody had them
  const std::set<std::pair<MonoTime, LogId>>& retries() const { return retries_; }
  std::size_t count() const { return count_; }  // wanted for ourselves
  std::string wrong_list() const;

 private:
  struct Due {
    bool unread = false;
    bool lacking = false;
    bool waiting = false;
  };
  Due due_of(const LogId& id) const;
  std::size_t make_room(Log& log);

  Logs& logs_;
  std::set<LogId> unread_;
  std::set<LogId> lacking_;
  std::set<LogId> waiting_;
  std::set<std::pair<MonoTime, LogId>> retries_;  // LogBodies::retry_at, in order
  std::size_t count_ = 0;
};

}  // namespace koinon::engine
