// Bodies that are missing, and where to get them: from any peer, several at once; where none has one, through
// peers that look further. What a peer asks us to look for we hold in transit, for it alone.
#pragma once

#include "node/engine/body_requests.h"
#include "node/engine/files.h"
#include "node/engine/missing_bodies.h"

namespace koinon::engine {

class Bodies {
 public:
  Bodies(Effects& effects, StoreHealth& store, Logs& logs, Links& links, Holdings& holdings, Intake& intake,
         Fetcher& fetcher, Files& files);

  // --- looking ---

  // Asks for what is missing of the log, as far as there are peers to ask.
  void look_for(Log& log);
  // A peer is there, or the store takes bodies again: perhaps what nobody had is to be had.
  void look_for_all();
  // A log is looked at once the filter has passed over it, its rest is over, or its removal.
  bool takes(const Log& log) const;
  // What the store says is to be read anew, and what is looked for is kept.
  void read_again(Log& log);
  // The log fell out of policy, was removed, or its filter changes: nothing of it is looked for, and what the
  // store says is to be read anew.
  void begin_anew(Log& log);
  // It rests, or nobody has them: what was for peers is given up. They may ask elsewhere.
  void forget_transit(Log& log);
  // After a change of the log's entries, or of whether policy admits it.
  void relist(const LogId& id) { missing_.relist(id); }
  // Of News::log_removed.
  void forget(Log& log);
  // The log was taken back: what was asked for may be void, and so may be what comes.
  void abandon(Log& log) {
    requests_.give_up(log.id());
    forget(log);
  }

  // --- of a run that was stored ---

  // Which bodies it leaves to be looked for, and which its withdrawals took away. `moved_on`: answers came in
  // another order; what it says not to be held is read from the store, so that nothing erased comes back.
  void note_run(Log& log, const StoredRun& run, bool moved_on);
  // What these took away is looked for no more. The caller relists the log.
  void forget_erased(Log& log, const std::vector<WithdrawalFact>& withdrawals);

  // --- answers ---

  void on_bodies(Link& link, v1::Bodies bodies, std::size_t size);
  // A peer came to hold bodies that it had not.
  void on_have(Link& link, const v1::Have& have);
  // A GetBodies was refused, if it is one.
  void on_refused(Link& link, std::uint64_t request_id);

  // --- for others ---

  // A peer asked for a body that we do not hold, and lets us look for it. The caller looks for what was added
  // (look_for_added).
  void relay(const Link& link, std::uint32_t hops_left, Log& log, const StoredRecord& record);
  std::size_t looked_for(const Log& log) const { return log.bodies->missing.size(); }
  void look_for_added(Log& log);
  // The peer was told that a body is not held here: it is told when it comes.
  void note_told(Link& link, const LogId& log, EntryIndex index);
  // The same, of all that the chunk marks so.
  void note_told(Link& link, const LogId& log, const v1::Chunk& chunk);

  // --- links and time ---

  void forget(const Link& link);
  const char* overdue(const Link& link) const { return requests_.overdue(link); }
  bool awaits_answers(const Link& link) const { return !link.bodies->asked.empty(); }
  // Who answers in drops is asked no longer: what it has not given is had elsewhere, and what still comes is
  // ignored.
  void give_up_slow(Link& link);
  MonoTime next_timer(const Link& link) const { return requests_.next_timer(link); }
  // Asks again for what nobody had a while ago.
  void retry();
  MonoTime next_retry() const;

  std::size_t missing() const { return missing_.count(); }  // wanted for ourselves and being looked for
  void tell(LogStanding& out, const Log& log, EntryIndex index) const;
  void tell_all(LogStanding& out, const Log& log) const;
  std::string wrong_list() const { return missing_.wrong_list(); }

 private:
  void tell_missing(LogStanding& out, EntryIndex index, const MissingBody& body) const;
  void read_unheld(Log& log);
  void on_unheld(Log& log, const std::vector<StoredRecord>& records);
  void ask(Log& log);
  bool reads_on(Log& log);
  MonoTime soon(const Log& log) const;
  void tell_own_lost(Log& log);
  Status take_answers(Link& link, Log& log, BodiesAsked& asked, v1::Bodies& bodies, VerifyBodies& check);
  Status take_body(Link& link, Log& log, v1::BodyAnswer& answer, VerifyBodies& check);
  void on_verified(SessionId source, Log& log, VerifyBodies check, std::size_t size,
                   const Result<BodiesVerified>& answer);
  void commit(SessionId source, Log& log, VerifyBodies check, std::vector<AttachmentFact> files,
              std::size_t size);
  void on_stored(Log& log, const std::vector<EntryIndex>& indexes);
  void on_not_stored(Log& log, const std::vector<EntryIndex>& indexes, const Error& error);
  void not_held(Link& link, Log& log, EntryIndex index);
  void look_for_waiting();

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Links& links_;
  Intake& intake_;
  Fetcher& fetcher_;
  Files& files_;
  MissingBodies missing_;
  BodyRequests requests_;
};

}  // namespace koinon::engine
