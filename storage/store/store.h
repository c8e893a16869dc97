// The Store is what a node holds. Its interface is small, so that another engine can take its place, or the
// place of one of its halves.
//
// It has only what cannot be derived. log_store.h: logs as verified runs of entries with their bodies.
// knowledge_store.h: the heads that prove them, the journal of accepted heads, the arrivals, the peers. A
// Store belongs to one thread, the writer's. Other threads have readers. A reader sees what was committed
// before each call.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "storage/store/knowledge_store.h"
#include "storage/store/log_store.h"
#include "storage/store/room.h"
#include "storage/store/settings.h"

namespace koinon {

// How far what a reader sees is behind what was written.
struct StoreLag {
  bool standby = false;                 // a copy, which others write
  bool is_fed = true;                   // a copy: connected to the server that it is a copy of
  std::chrono::milliseconds behind{0};  // since the newest sign of life of the writer that has come here
  std::string writer;                   // who writes, for people; empty: this process, or nobody
};

class StoreReader : public LogReader, public KnowledgeReader {
 public:
  // Of a store that has no copies: nothing is behind.
  virtual Result<StoreLag> lag() { return StoreLag(); }
};

class Store : public StoreReader, public LogWriter, public KnowledgeWriter {
 public:
  // Everything that a start needs. Only for the start, because it grows with all that is held.
  virtual Result<StoreState> load_state() = 0;
  // Changes are made inside begin … commit. Outside they are refused with kInternal, as a defect of the
  // caller. A call that fails inside has changed nothing, and the changes before it stay. If the disk failed,
  // the changes before it may be undone too: then every later call inside fails, and commit fails. If commit
  // fails, all changes are undone. `durable`: commit returns after fsync.
  virtual Status begin(bool durable) = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;
  // Several changes inside begin … commit as one: where `act` fails, none of them is made, and what stood
  // before it stands. Its error.
  virtual Status as_one(const std::function<Status()>& act) = 0;
  // Erased bytes may still be in the write-ahead log, because somebody read when they were erased. Tries
  // again to remove them. Also takes away a piece of what is left of removed logs, and of erased bodies whose
  // grace time is over. `lived`: how long the node has run, over all its starts. A grace time counts by that
  // alone: no clock that is wrong or jumps ends it early or keeps it from ending. The setting kLived follows
  // it while a body is kept, so that no number of starts does either. Outside a transaction. False: there is
  // more to do.
  virtual bool fold(std::chrono::milliseconds lived) = 0;
  // Keeps the statements of a log that was taken back, and takes away a piece of what is void: its newest
  // entries beyond the size that is kept, at most some thousand or some MiB, and what they did to others:
  // bodies that they had erased are wanted again, vouches that they had withdrawn or replaced stand again.
  // Heads of earlier origins, evidence against them and the journal row go first. Where what is held is not
  // what the last recovery keeps, an earlier one says what stands of it (standing_size in recovery_rules.h);
  // where none does, all of it goes, as with remove_log. What was signed under the current origin stays: the
  // same commit may be given again.
  virtual Result<Recovered> recover(const RecoveryCommit& recovery) = 0;
  // How much may still be written. Outside a transaction.
  virtual Result<Room> room() = 0;
  // Whether others could write as well, so that the writer holds a lease and must call keep_lease.
  virtual bool has_lease() const { return false; }
  // Once a second, by the writer's thread, outside a transaction: this process still writes. kRefused:
  // another has taken over. kUnavailable: the database is away. After either, all that follows fails in the
  // same way: only what a start reads anew is known to be right.
  virtual Status keep_lease() { return {}; }
};

}  // namespace koinon
