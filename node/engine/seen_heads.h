// The largest head that was ever seen of each peer's log, and of our own, and what we tell its author of it:
// a node that was restored learns from its peers what it has forgotten.
//
// An answer counts with its reader once we have caught up: we have followed each peer that we reach to the
// row that it named when its session began. No peer holds that up for longer than limits::kFollowWait in all.
// Answering depends on nothing else, least of all on whether we may sign ourselves.
#pragma once

#include "node/engine/links.h"
#include "node/engine/logs.h"
#include "node/engine/news.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

// What an answer waits for, whoever asks: an asker does not wait for itself.
struct Awaited {
  MonoTime longest{};  // until when a peer that is still to be followed is waited for
  NodeKey whose;
  MonoTime of_others{};       // the longest of all peers but that one
  std::size_t unreached = 0;  // peers that have not been here since our start
  std::uint64_t peers = 0;    // Peers::changes, when this was found out
};

class SeenHeads {
 public:
  SeenHeads(Effects& effects, StoreHealth& store, Peers& peers, Logs& logs, Links& links, News& news,
            std::vector<SeenHead> seen);

  // The largest, held or not, whatever policy says of the log. Nothing: none was seen.
  std::optional<SeenHead> largest(const LogId& log) const;
  TreeSize largest_size(const LogId& log) const;  // of the same; 0: none was seen
  // A head whose signature is verified. Only those of peers' logs, and of our own, are kept. It is written by
  // itself though its entries bring it too: a run is not durable, and who tells an author what it has
  // forgotten must not forget it as well.
  void note(const SeenHead& seen, SessionId source);
  // Entries of the log were stored, proven against what it has as `seen` now.
  void note_stored(const Log& log, SessionId source);
  // The store has refused some of them. A cursor that moves now would pass what a restart must be told again.
  bool has_refused() const { return !refused_.empty(); }
  // The store is tried again.
  void store_again();
  // A statement was seen: heads of the log beyond this size that were kept are of a key that had not the
  // word. The store forgets them with the statement.
  void forget_beyond(const LogId& log, TreeSize size);
  // The log was taken back: no head of an earlier origin counts. The store forgets them with that.
  void forget_origins(const LogId& log);
  // The log's data are removed; comes before Logs::forget.
  void note_removed(const Log& log);

  // --- what we tell a peer of its own log ---

  void greet(Link& link, const PeerRecord& peer, v1::Hello& hello);
  // The peer is ready; `row`: the newest of its journal.
  void begin(Link& link, JournalSeq row);
  // What the asker itself tells us says nothing new of its own log.
  bool caught_up(const NodeKey& asker) const;
  // Links whose peers are not followed yet to the row that they named.
  std::vector<SessionId> unfollowed() const { return {unfollowed_.begin(), unfollowed_.end()}; }
  // Every row of the peer's journal up to `row` is done.
  void note_followed(Link& link, JournalSeq row);
  // Tells who was told before that we have caught up, and authors of what others showed us.
  void tell();
  MonoTime next_timer() const;
  void forget(Link& link);

 private:
  void write(const LogId& log);
  void on_written(const LogId& log, TreeSize size, const Status& written);
  v1::Seen message(const NodeKey& asker, const LogId& log) const;
  void look_later(const LogId& log, SessionId source);
  void send(Link& link);
  const Awaited& awaited() const;
  // Until when peers that are still to be followed, or reached, are waited for.
  MonoTime waits_until(const NodeKey& asker) const;

  Effects& effects_;
  StoreHealth& store_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  News& news_;
  std::map<LogId, SeenHead> kept_;
  std::set<LogId> refused_;  // logs whose head in `kept_` the store has refused
  std::set<SessionId> unfollowed_;
  std::map<NodeKey, MonoTime> waited_;  // for each peer, over its sessions before
  std::set<NodeKey> reached_;           // since our start
  MonoTime started_{};
  mutable std::optional<Awaited> awaited_;  // none: sessions have changed since it was found out
  std::set<SessionId> behind_;              // links whose peers were told that we have not caught up
  std::set<SessionId> looks_;               // links whose peers may be told of a larger head
};

}  // namespace koinon::engine
