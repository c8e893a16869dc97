// What a peer's news means: heads and pushes that come in, its cursor, and which of them are offers.
#pragma once

#include "node/engine/bodies.h"
#include "node/engine/forks.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class Follower {
 public:
  Follower(Effects& effects, Peers& peers, Logs& logs, Links& links, Holdings& holdings, Intake& intake,
           Standing& standing, SeenHeads& seen, HeadAsks& asks, Cursors& cursors, Offers& offers,
           Fetcher& fetcher, Forks& forks, Bodies& bodies, News& news);

  void on_heads(Link& link, const v1::Heads& heads);
  void on_cursor(Link& link, const v1::Cursor& cursor);
  // A push that begins where we end is a fetch already answered; any other counts as its head alone. One that
  // brings nothing new takes the link to its sender out of the log's tree.
  void on_push(Link& link, v1::Push push, std::size_t size);
  bool is_over_quota(const Log& log) const { return log.following->over_quota; }
  // Of News::log_removed.
  void forget(Log& log) { log.following->over_quota = false; }

 private:
  bool take_request(Link& link, const v1::Heads& heads);
  bool asks_whose(Link& link, const v1::Head& head);
  Result<std::optional<ShownHead>> read_head(Link& link, const v1::Head& head, bool in_journal);
  bool lacks_statements(const v1::Head& head) const;
  Status fill_keys(ShownHead& shown, const v1::Head& head, const Log* known) const;
  void verify(Link& link, std::vector<ShownHead> heads);
  void on_verified(SessionId source, const std::vector<ShownHead>& heads,
                   const Result<HeadsVerified>& answer);
  void remember(SessionId source, const std::vector<ShownHead>& heads, const Result<HeadsVerified>& answer);
  void consider(const Offer& offer, const std::optional<KeyHistory>& told);
  bool is_at_rest(const Log& log) const;
  bool has_word(const Offer& offer) const;
  bool contradict_ours(const Offer& offer, const KeyHistory& told) const;
  void settle(const Offer& offer);
  Log& log_of(const Offer& offer);
  void refuse_push(Link& link, const Log& log, ShownHead shown, TreeSize claimed, std::size_t size);
  void verify_push_alone(Link& link, ShownHead shown, std::size_t size);
  void prune(Link& link, const LogId& log);

  Effects& effects_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  Holdings& holdings_;
  Intake& intake_;
  Standing& standing_;
  SeenHeads& seen_;
  HeadAsks& asks_;
  Cursors& cursors_;
  Offers& offers_;
  Fetcher& fetcher_;
  Forks& forks_;
  Bodies& bodies_;
  News& news_;
};

}  // namespace koinon::engine
