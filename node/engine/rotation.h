// Which key signs a log: what its statements say that come with heads. A key that was replaced is never
// believed again by who has seen the statement, over a restart and after the log's removal.
#pragma once

#include "node/engine/forks.h"
#include "node/engine/recovery.h"
#include "node/engine/seen_heads.h"

namespace koinon::engine {

class Rotation {
 public:
  Rotation(Effects& effects, StoreHealth& store, Logs& logs, SeenHeads& seen, Cursors& cursors,
           Offers& offers, Fetcher& fetcher, Forks& forks, Recovery& recovery)
      : effects_(effects),
        store_(store),
        logs_(logs),
        seen_(seen),
        cursors_(cursors),
        offers_(offers),
        fetcher_(fetcher),
        forks_(forks),
        recovery_(recovery) {}

  // A head came with statements that are not ours; their signatures are verified. Where they say more, they
  // are taken and kept, and what the old key has signed beyond them is offered no longer. Where they say
  // another thing, the log is frozen, if it is known; where they take it back, what is void goes. A peer's
  // log need not be: its author is shown what we saw of it.
  void learn(const LogId& id, const KeyHistory& told, const NodeKey& teller);
  // The same of what came outside a session, where it goes on from ours. Whoever brought it waits for
  // Event::Kind::kStatementsKept.
  void take(const KeyHistory& told, const NodeKey& teller);
  // The store has what we know of the log's keys, or has refused it.
  void note_kept(const LogId& id, const Status& kept);
  // The store is tried again: what it refused is given to it again.
  void store_again();

 private:
  void drop_lost_offers(Log& log, TreeSize good_until);
  void write(const LogId& id, std::optional<TreeSize> good_until);

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  SeenHeads& seen_;
  Cursors& cursors_;
  Offers& offers_;
  Fetcher& fetcher_;
  Forks& forks_;
  Recovery& recovery_;
  // Statements that the store has not taken yet.
  struct Unkept {
    std::uint64_t number = 0;  // of the write
    std::optional<TreeSize> good_until;
    bool refused = false;
  };
  std::map<LogId, Unkept> unkept_;
  std::uint64_t written_ = 0;
  std::set<LogId> awaited_;  // somebody waits until statements of it are kept
};

}  // namespace koinon::engine
