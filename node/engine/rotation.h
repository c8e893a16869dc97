// Which key signs a log: what its statements say that come with heads. A key that was replaced is never
// believed again by who has seen the statement, over a restart and after the log's removal.
#pragma once

#include "node/engine/forks.h"

namespace koinon::engine {

class Rotation {
 public:
  Rotation(Effects& effects, StoreHealth& store, Logs& logs, Cursors& cursors, Offers& offers,
           Fetcher& fetcher, Forks& forks)
      : effects_(effects),
        store_(store),
        logs_(logs),
        cursors_(cursors),
        offers_(offers),
        fetcher_(fetcher),
        forks_(forks) {}

  // A head came with statements that are not ours; their signatures are verified. Where they say more, they
  // are taken and kept, and what the old key has signed beyond them is offered no longer. Where they say
  // another thing, the log is frozen, if it is known. A peer's log need not be: its author is shown what we
  // saw of it.
  void learn(const LogId& id, const KeyHistory& told, const NodeKey& teller);
  // The store is tried again: what it refused is given to it again.
  void store_again();

 private:
  void drop_lost_offers(Log& log);
  void write(const LogId& id);

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Cursors& cursors_;
  Offers& offers_;
  Fetcher& fetcher_;
  Forks& forks_;
  std::map<LogId, std::size_t> unkept_;  // of logs whose statements the store has not taken: their number
  std::set<LogId> refused_;              // of these, those that it has refused
};

}  // namespace koinon::engine
