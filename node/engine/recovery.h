// A log that was taken back with its recovery key: what the keys before it signed beyond the size that it
// keeps is void, whoever holds it. The log is cut to that size in the store, piece by piece, and goes on with
// heads of its new origin alone. Evidence against earlier origins counts no more.
#pragma once

#include "node/engine/news.h"
#include "node/engine/offers.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

class Recovery {
 public:
  Recovery(Effects& effects, StoreHealth& store, Logs& logs, Journal& journal, SeenHeads& seen,
           Cursors& cursors, Offers& offers, News& news)
      : effects_(effects),
        store_(store),
        logs_(logs),
        journal_(journal),
        seen_(seen),
        cursors_(cursors),
        offers_(offers),
        news_(news) {}

  // The keys of the log, known or not, have a later recovery than those that we had; they are set already.
  void begin(const LogId& id, const KeyHistory& keys, const NodeKey& teller);
  // More was stated about the keys of a log that is being cut: it is kept with that. False: it is not.
  bool take_statements(const LogId& id, const KeyHistory& keys);
  // Whether the store has yet to take something of a log that was taken back.
  bool is_under_way(const LogId& id) const { return work_.contains(id); }
  // A run of the log has ended, which a recovery waits for.
  void go_on(const LogId& id);
  // Whether what is held is what the last recovery keeps, no more and no less: a head of the log that does
  // not lead on from there is not the city's.
  bool is_what_stands(const Log& log) const;
  // What is held does not lead to the log's new head: its end is of another history, and no head proves it.
  void begin_anew(Log& log);
  // A start: logs that a run before this one has not cut to their end.
  void resume();
  // A head of its new origin is offered, which may be of what is held: the log stands whole with it.
  void take_head(Log& log);
  // The store is tried again.
  void store_again();

 private:
  struct Work {
    KeyHistory keys;  // a recovery is among them
    NodeKey teller;
    bool is_news = false;     // its recovery was not known
    bool resumed = false;     // since a start, and the store has not answered yet
    std::uint64_t taken = 0;  // entries that have gone
    bool anew = false;
    bool asked = false;      // a commit is under way
    bool refused = false;    // the store has refused it
    bool with_head = false;  // the commit under way has a head of what is kept
    bool again = false;      // more was stated, or such a head came, meanwhile
  };

  Work& work_of(const LogId& id, const KeyHistory& keys);
  void drop_lost_offers(Log& log);
  std::optional<StoredHead> kept_head(const Log& log, const KeyHistory& keys) const;
  void commit(const LogId& id);
  void on_committed(const LogId& id, std::uint64_t number, const Result<Recovered>& answer);
  void finish(const LogId& id, const Recovered& recovered);

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Journal& journal_;
  SeenHeads& seen_;
  Cursors& cursors_;
  Offers& offers_;
  News& news_;
  std::map<LogId, Work> work_;
};

}  // namespace koinon::engine
