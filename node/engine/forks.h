// Can these two statements both be true: old heads against what we hold, evidence that is kept and told. A
// log that has forked is frozen here and with everybody who is shown the evidence.
//
// The operator's word thaws a log on this node. Evidence that was thawed is known: it freezes nothing more,
// whoever shows it in whatever form. So is one of two heads that thawed evidence names, or of one of these
// and one of the history that is held here: nothing new was signed. Any other freezes the log again, for it
// may show a third history. Two recoveries that contradict each other are kept also where the log is frozen
// already: that nobody thaws.
#pragma once

#include "crypto/evidence.h"
#include "node/engine/evidence_telling.h"
#include "node/engine/fetcher.h"

namespace koinon::engine {

class Forks {
 public:
  Forks(Effects& effects, StoreHealth& store, Logs& logs, Links& links, Journal& journal, Cursors& cursors,
        Offers& offers, Fetcher& fetcher, EvidenceTelling& telling, News& news);

  // Two signed heads of the same size with different roots are a fork, whatever we hold of the log. If this
  // one contradicts another, the answer is true: nothing is to be taken of it, and the log is frozen, unless
  // the operator knows of that contradiction.
  // `others`: signed heads of it that stand nowhere else.
  bool freeze_if_forked(Log& log, const Offer& offer, const std::vector<StoredHead>& others = {});
  // A head not larger than what we hold: equal to our tree at that size it says nothing new, different it is
  // a fork. Settles its row. `then` is told whether it could be compared.
  void check_old_head(const Offer& offer, std::function<void(bool)> then = {});
  // A proven run of the log's fetch does not continue what we hold: the tree of the head it was proven
  // against, and the tree of the head that ours was, differ in the prefix before the run.
  void check_run(Log& log, const RunVerified& run);
  // Statements about the log's keys, verified, contradict those that we have.
  void keep_statements(Log& log, const KeyHistory& told);

  // What the operator has thawed, at a start.
  void remember(const std::vector<ThawedEvidence>& thawed);
  // Nothing thaws it: the recovery key has said two things.
  void note_for_good(Log& log);
  bool is_for_good(const Log& log) const { return log.forks->for_good; }
  // The operator has thawed the log in the store: it goes on if no other evidence freezes it.
  void look_again(const LogId& id);
  // It is told although it freezes nothing here: each node decides for itself.
  bool has_thawed(const LogId& log) const { return thawed_.contains(log); }
  std::vector<LogId> thawed() const;

  // Evidence that a peer shows, of a log that is followed here, known or not, or of our own: what it proves
  // it proves whoever shows it.
  void on_evidence(Link& link, const v1::Evidence& evidence);

  // Evidence of it is kept, or on its way to the store: whether or not it freezes the log here.
  bool has_evidence(const LogId& log) const { return logs_.frozen().contains(log) || has_thawed(log); }
  // Shows the peer the evidence that is kept, once a session each contradiction.
  void tell(Link& link, const LogId& log) { telling_.tell(link, log); }
  // Of all logs that it may be told of, whatever its cursor has passed.
  void tell_all(Link& link);
  // All peers are told of this one.
  void tell_everyone(const LogId& log);
  // The peer asks for the head of that log.
  void tell_by_name(Link& link, const LogId& log);
  // The transport's queue has room again.
  void go_on(Link& link) { telling_.go_on(link); }
  // The log was taken back: evidence that the store has not taken yet is none any more, nor what was thawed.
  void forget(Log& log);
  // The store is tried again: what it refused for want of room is given to it again.
  void store_again();

 private:
  // Evidence that the store has not taken yet.
  struct Unkept {
    Bytes evidence;
    std::optional<Event> event;  // told once it is kept
    std::uint64_t number = 0;    // of the commit
    bool refused = false;        // for want of room
  };

  using Judged = std::pair<SessionId, LogId>;

  bool counts(const Offer& offer) const;
  void old_head_differs(const Offer& offer);
  // False: it is known, and the log goes on.
  bool keep(Log& log, TreeSize at, const SignedTree& ours, const SignedTree& theirs);
  bool is_remembered(const LogId& log, const HeadPoint& head) const;
  bool is_known(const Log& log, const EvidenceMark& mark) const;
  std::optional<HeadPoint> may_be_ours(const Log& log, const EvidenceMark& mark) const;
  void refuse_source(Log& log, SessionId source);
  void on_looked(const LogId& id, const EvidenceRead& read);
  bool may_be_told(const Link& link, const LogId& log) const;
  bool is_idle(Link& link, const LogId& id, const v1::Evidence& evidence) const;
  void note_idle(SessionId source, const LogId& id, const EvidenceMark& mark);
  void judge(const Judged& judged, v1::Evidence evidence);
  void on_judged(const Judged& judged, const Result<EvidenceVerified>& answer);
  void weigh(const Judged& judged, const EvidenceVerified& shown);
  void take(const Judged& judged, const EvidenceVerified& shown, bool is_new);
  Log& log_of(const LogIdentity& identity, const LogId& id);
  void keep_for_good(Log& log, const v1::Evidence& evidence, const NodeKey& teller);
  void freeze(Log& log, const v1::Evidence& evidence, const NodeKey& teller, ForkKind kind);
  void commit(const LogId& id, const Bytes& evidence, std::optional<Event> event);
  void on_committed(const LogId& id, std::uint64_t number, const Result<RunStored>& answer);

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Links& links_;
  Journal& journal_;
  Cursors& cursors_;
  Offers& offers_;
  Fetcher& fetcher_;
  EvidenceTelling& telling_;
  News& news_;
  std::map<LogId, Unkept> unkept_;
  std::map<LogId, std::vector<EvidenceMark>> thawed_;
  std::set<LogId> unread_;  // were thawed, and the store could not be read
  // Evidence that is being checked, and the newest of the same log that the session has shown meanwhile.
  std::map<Judged, std::optional<v1::Evidence>> judging_;
};

}  // namespace koinon::engine
