// What one part must tell others. A part knows the ground and the parts below it; what goes upward goes
// through here. Each function is a list of calls in order, and the order is that of the outputs: it is
// changed with care. They are called by the facade and by continuations, within an input.
#pragma once

#include "node/engine/holdings.h"
#include "node/engine/journal.h"

namespace koinon::engine {

struct Parts;
struct StoredRun;

class News {
 public:
  explicit News(Parts& parts) : parts_(parts) {}

  // A peer's Hello was accepted. `held_of_ours`: entries of our own log that it says to hold; `recoveries`:
  // of the origin in which it saw ours.
  void session_ready(Link& link, std::uint64_t held_of_ours, std::uint64_t recoveries);
  // A link has ended and is no longer known; what hung on it goes elsewhere.
  void session_gone(Link& link);
  // Something of a log is told of for the first time.
  void log_begun(const LogId& id);
  // A push was proven, and its head's signature with it. The head is remembered, though the fetch was given
  // up meanwhile.
  void push_verified(const LogId& log, const StoredHead& head, SessionId source);
  // A head came with statements about the log's keys that are not ours, their signatures verified.
  void keys_told(const LogId& id, const KeyHistory& told, const NodeKey& teller);
  // The store has what we know of its keys, or has refused it.
  void statements_kept(const LogId& id, const Status& kept);
  // The log was taken back; its keys are set. Nothing that is under way of it counts.
  // `has_new_origin`: by a recovery; else what is held turned out to be another history.
  void log_taken_back(Log& log, bool has_new_origin);
  // The store holds evidence against it that no recovery voids.
  void frozen_for_good(Log& log);
  // The operator lets it go on.
  void log_thawed(Log& log);
  // A head of its new origin came, and is offered, before the log is cut, or stands whole again.
  void head_awaited(Log& log);
  // The store holds nothing of it that is void.
  void log_recovered(Log& log, const Recovered& recovered);
  // The store holds all seen heads that it had refused.
  void seen_written();
  // The store has answered a CommitRun.
  void run_stored(Log& log, const StoredRun& run, const Result<RunStored>& answer);
  // The log stands whole at state().whole: offers that it has reached are settled.
  void log_whole(Log& log);
  // In this order: a log that the store takes for admitted is not forgotten to be asked for.
  void policy_changed(const TrustChange& change);
  // A peer has shown that our store was put back from a copy; `how`: a sentence.
  void rolled_back(const NodeKey& peer, const std::string& how);
  // The store is tried again.
  void store_back();

  // Of policy_changed and of the beginning
  void enters_policy(const LogId& id);
  void leaves_policy(const LogId& id);
  // A commit that may make a row was answered; `row`: 0 where it made none. Rows that enter with that are
  // told to the peers.
  void commit_ended(std::uint64_t commit, const LogId& log, JournalSeq row);
  // The store has removed the log's data.
  void log_removed(Log& log);
  // A proven run does not continue what we hold.
  void run_contradicts(Log& log, const RunVerified& run);
  // Chunks of a file below `stored` are here; without `stored`: no more of it will come.
  void file_came(const AttachmentId& id, std::optional<std::uint32_t> stored);

 private:
  Parts& parts_;
};

}  // namespace koinon::engine
