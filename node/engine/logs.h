// The logs that are known, and where each stands. The state of a log changes through the verbs of Logs alone,
// which keep the lists of logs right. A Log& is good for an engine's life: a log that was removed stays known
// by its identity, so that answers under way still find it.
#pragma once

#include <memory>

#include "node/engine/log_parts.h"
#include "node/engine/owned.h"
#include "node/engine/trust.h"

namespace koinon::engine {

class Bodies;
class BodyRequests;
class Fetcher;
class Filtering;
class Follower;
class Lanes;
class Forks;
class Intake;
class MissingBodies;
class Offers;

class Log {
 public:
  explicit Log(LogState state) : state_(std::move(state)) {}

  const LogState& state() const { return state_; }
  const LogId& id() const { return state_.id; }
  TreeSize held() const { return state_.range.size(); }
  std::uint64_t whole_size() const { return state_.whole ? state_.whole->size.value : 0; }
  // Not: all that is known of it is that it has forked.
  bool has_identity() const { return !state_.identity().name.empty(); }
  // Its removal is with the store: nothing of it is asked for or given on.
  bool removing() const { return removing_; }
  // It was taken back, and what is void is being taken away: nothing of it is fetched or given on.
  bool recovering() const { return recovering_; }
  // It was taken back, and no head of its new origin proves what is held of it.
  bool stands_unsigned() const {
    return state_.keys.recoveries() > 0 && !state_.seen && state_.range.size().value > 0;
  }
  // Who does not know that the log was taken back may speak of another entry with this index.
  bool may_be_void(EntryIndex index) const {
    const auto kept = state_.keys.kept_of(0);
    return kept && index.value >= kept->value;
  }
  // Runs given to the store, not yet answered; no fetch begins before that.
  std::size_t commits() const { return commits_; }
  // Its newest head is of a key that had not the word there, by statements that came later.
  bool holds_lost() const { return lost_; }
  // Our filter passes over its bodies: they are not looked for, and it is not removed.
  bool is_filtered() const { return filtered_; }

  // Of each part, and private to it
  Owned<LogIntake, Intake> intake;
  Owned<LogOffers, Offers> offers;
  Owned<LogFetch, Fetcher, Lanes> fetch;
  Owned<LogForks, Forks> forks;
  Owned<LogBodies, Bodies, MissingBodies, BodyRequests> bodies;
  Owned<LogFilter, Filtering> filter;
  Owned<LogFollowing, Follower> following;

 private:
  friend class Logs;

  LogState state_;
  bool removing_ = false;
  bool filtered_ = false;
  bool lost_ = false;
  bool recovering_ = false;
  std::size_t commits_ = 0;
};

class Logs {
 public:
  // `forked`: logs, held or not, of which the store has evidence of a fork and so takes nothing.
  Logs(const TrustPolicy& trust, const std::optional<LogId>& own, std::vector<LogState> logs,
       const std::vector<LogId>& forked);

  Log* find(const LogId& id) const;  // nothing: it is not known
  // The id comes from another structure of the engine, or from an intent: the log is known.
  Log& at(const LogId& id) const { return *logs_.at(id); }
  const std::map<LogId, std::unique_ptr<Log>>& all() const { return logs_; }
  const std::optional<LogId>& own() const { return own_; }
  bool is_own(const LogId& id) const { return own_ == id; }

  // We give what our own policy admits, whole heads only. Of what is being removed nothing may be left by the
  // time it is read.
  bool serves(const LogId& id) const;
  // What a recovery keeps, before any head of the new origin came. Nobody is told of it; it is given to
  // whoever asks by its root, for its author may have nothing else left, and signs no head that we could hold
  // before.
  bool serves_unsigned(const LogId& id) const;
  bool admits(const LogId& id) const { return trust_.admits(id); }

  // Logs of which nothing stands whole though policy admits them; of some nothing has come yet, not even
  // their identity.
  const std::set<LogId>& not_whole() const { return not_whole_; }
  const std::set<LogId>& frozen() const { return frozen_; }  // logs that have forked, admitted or not
  // Policy has come to admit the log, or no longer does.
  void relist(const LogId& id);
  // Which list is not what a walk over all logs would find; empty: none. For tests.
  std::string wrong_list() const;

  // The keys of a log, known or not, of which the identity has been read.
  KeyHistory keys_of(const LogId& id, const LogIdentity& identity) const;
  std::vector<Bytes> statements_of(const LogId& id) const;
  // Our own log is signed by another key than ours by now.
  bool lacks_own_key() const;

  // --- verbs ---

  // Statements of logs that are not held.
  void remember(std::vector<KeptStatements> statements);
  void set_own_key(const PublicKey& key) { own_key_ = key; }
  // A log whose identity has been read. One that is known stays as it is.
  Log& create(const LogIdentity& identity, const LogId& id);
  // A run was stored that ends at `after`, proven against `head`.
  void extend(Log& log, const CompactRange& after, const StoredHead& head, std::vector<Hash> right);
  void stand_whole(Log& log, const StoredHead& head);
  // It has forked. A recovery thaws it, or the operator's word.
  void freeze(Log& log);
  // Its heads have lost their word, and with them the evidence that they give.
  void begin_recovery(Log& log);
  void thaw(Log& log);
  // The store has taken away a piece of it; nothing: all that was held.
  void cut(Log& log, const std::optional<LogState>& left);
  void end_recovery(Log& log) { log.recovering_ = false; }
  // More was stated about its keys, known or not. Of our own log we have not the new one: another node has
  // it.
  void set_keys(const LogId& id, const KeyHistory& keys);
  // Our own log was extended; if its key was replaced, we did that. Its row stays until the new one enters
  // the journal, and it stays frozen: it may have been signed before the evidence reached the store.
  Log& advance_own(const LogState& state);
  // Its data were removed; its identity stays, and whether it is frozen.
  void forget(Log& log);

  void begin_run(Log& log) { ++log.commits_; }
  void end_run(Log& log) { --log.commits_; }
  void set_removing(Log& log, bool removing) { log.removing_ = removing; }
  void set_filtered(Log& log, bool filtered) { log.filtered_ = filtered; }
  // `since`: when it fell out of policy; `lived`: how long the node had run by then.
  void fall_out(Log& log, UnixMillis since, std::chrono::milliseconds lived);
  void come_back(Log& log);
  void set_bytes(Log& log, std::uint64_t bytes) { log.state_.bytes = bytes; }
  // Journal alone calls it.
  void set_row(Log& log, JournalSeq row) { log.state_.journal_seq = row; }

 private:
  bool lacks_whole(const LogId& id) const;

  const TrustPolicy& trust_;
  std::optional<LogId> own_;
  std::map<LogId, std::unique_ptr<Log>> logs_;
  std::set<LogId> not_whole_;
  std::set<LogId> frozen_;
  std::map<LogId, std::vector<Bytes>> statements_;  // of logs that are not known
  std::optional<PublicKey> own_key_;
};

}  // namespace koinon::engine
