// May this peer talk, and is it alive: greeting, Hello, duplicates, conduct, pings.
#pragma once

#include "node/engine/journal.h"
#include "node/engine/links.h"
#include "node/engine/news.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class Sessions {
 public:
  Sessions(Effects& effects, Peers& peers, Logs& logs, Links& links, Journal& journal, SeenHeads& seen,
           Standing& standing, News& news)
      : effects_(effects),
        peers_(peers),
        logs_(logs),
        links_(links),
        journal_(journal),
        seen_(seen),
        standing_(standing),
        news_(news) {}

  // A TLS connection with a pinned peer stands: greets it, or ends the link.
  void on_connected(SessionId id, const NodeKey& peer, bool dialled_by_us);
  // A whole frame came. False if it may not come now: the link has ended.
  bool on_frame(Link& link, const v1::Frame& frame, std::size_t size);
  // An accepted Hello makes the link ready.
  void on_hello(Link& link, const v1::Hello& hello);
  void on_ping(Link& link, const v1::Ping& ping);
  void on_set_filter(Link& link, const v1::SetFilter& change);
  // From now on no peer is greeted.
  void shut_down() { shutting_down_ = true; }

  // The sentence that says that Hello is overdue; nothing if it is not.
  const char* overdue(const Link& link) const;
  // Pings a ready peer that has been quiet; ends its link when pings are not answered.
  void check_liveness(Link& link);
  MonoTime next_timer(const Link& link) const;

 private:
  void greet(Link& link, const PeerRecord& peer);
  bool resolve_duplicate(Link& link);
  bool may_come(Link& link, const v1::Frame& frame, std::size_t size);
  bool refuse_hello(Link& link, const v1::Hello& hello, const PeerRecord& peer);
  void read_hello(Link& link, const v1::Hello& hello, const PeerRecord& peer, BodyFilter filter);

  Effects& effects_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  Journal& journal_;
  SeenHeads& seen_;
  Standing& standing_;
  News& news_;
  bool shutting_down_ = false;
};

}  // namespace koinon::engine
