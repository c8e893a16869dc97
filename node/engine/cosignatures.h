// The exchange of cosignatures: what peers tell of cosigned heads, and what we ask them for.
//
// Each line is verified before it is kept, and only lines of cities that our policy admits are kept. A head
// is looked at once we hold the log that far; one that contradicts what we hold is evidence of a fork.
#pragma once

#include "node/engine/cosigning.h"
#include "node/engine/forks.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

class Cosignatures {
 public:
  Cosignatures(Effects& effects, StoreHealth& store, const TrustPolicy& trust, Logs& logs, Links& links,
               Forks& forks, CosignedHeads& heads, Cosigning& cosigning);

  void on_news(Link& link, const v1::CosignedHeads& news);
  void on_cosignatures(Link& link, const v1::Cosignatures& answer);
  // The peer refuses one of our requests.
  void on_refused(Link& link, std::uint64_t request_id);
  // The log stands whole further on: heads that waited for it are looked at.
  void log_whole(const Log& log);
  // The session of a log's author has begun: it may have put up what it had when we did not hear it.
  void ask_author(Link& link);
  // These cities have come into policy: lines that were not kept may be kept now.
  void cosigners_trusted(const std::vector<LogId>& cities);
  // The cosigner key of this city has come, or another one.
  void cosigner_known(const LogId& city);
  // The store is tried again: what came while it could not write is asked for once more.
  void store_again();
  void forget(Link& link);
  void forget(const LogId& log) { waiting_.erase(log); }

 private:
  using KeyIds = std::set<std::uint32_t>;
  // A head that a peer has sent, on its way through the checks.
  struct Shown {
    SessionId source;
    LogId log;
    Bytes note;
    std::map<LogId, KeyIds> lines;  // of each city
    std::vector<KnownCosigner> cosigners;
    std::vector<LogId> missed;  // cities that were not trusted, or whose keys were not known, when it came
    bool is_second = false;     // keys were read for it before
  };

  Log& log_of(const LogId& id) { return logs_.at(id); }
  using News = std::map<SessionId, std::vector<CosignedBrief>>;
  using Wanted = CosignedWants::Heads;

  void wait_for(Link& link, const LogId& log, std::vector<CosignedBrief> heads);
  void weigh(Link& link, const Log& log, const std::vector<CosignedBrief>& heads);
  bool would_keep(const Link& link, const LogId& log, const CosignedBrief& told) const;
  std::optional<std::vector<std::uint32_t>> lacking(const Link& link, const LogId& log,
                                                    const CosignedBrief& told) const;
  void want(Link& link, const LogId& log, const Wanted& heads);
  void send_requests(Link& link);
  Status check(Link& link, const v1::Cosignatures& answer);
  void take(Link& link, const LogId& log, Bytes note, bool is_second = false);
  void take_keys(Shown shown, const CosignersRead& read);
  void note_other_keys(Shown& shown, const KnownCosigner& cosigner);
  bool has_keys(const LogId& city) const;
  void note_missed(Shown& shown, const LogId& city);
  void ask_again(Link& link, const LogId& log, const KeyIds& lines);
  void ask_for_missed(const Shown& shown);
  void verify(Shown shown);
  void compare(const Shown& shown, CosignedHead head);
  bool is_put_up(const Shown& shown, const CosignedHead& head) const;
  void keep(const Shown& shown, CosignedHead head);
  void note_unkept(const Shown& shown, const CosignedAsk& head, const Error& error);
  void note_useless(const Shown& shown);
  void done(SessionId source);

  Effects& effects_;
  StoreHealth& store_;
  const TrustPolicy& trust_;
  Logs& logs_;
  Links& links_;
  Forks& forks_;
  CosignedHeads& heads_;
  Cosigning& cosigning_;
  // News of heads that a log has not reached here yet, or that is not known yet though policy admits it: the
  // last of each session.
  std::map<LogId, News> waiting_;
};

}  // namespace koinon::engine
