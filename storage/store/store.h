// The Store: what a node holds. Narrow, so that another engine can stand behind it, or behind one of its
// halves.
//
// Truth only: logs as verified runs of entries with their bodies (log_store.h); and what the node knows: the
// heads that prove them, the journal of accepted heads, the arrivals, peers (knowledge_store.h). A Store
// belongs to one thread (the writer); Readers are made for other threads and see what was committed before
// each call.
#pragma once

#include <functional>

#include "storage/store/knowledge_store.h"
#include "storage/store/log_store.h"
#include "storage/store/room.h"
#include "storage/store/settings.h"

namespace koinon {

class StoreReader : public LogReader, public KnowledgeReader {};

class Store : public StoreReader, public LogWriter, public KnowledgeWriter {
 public:
  // Everything that a start needs, and for the start alone: it grows with all that is held.
  virtual Result<StoreState> load_state() = 0;
  // Changes happen inside begin … commit; outside they are refused with kInternal, as a defect of the caller.
  // A failed call inside has changed nothing and the others stand; where the disk failed under it, they may
  // be undone with it: then every later call inside fails, and so does commit. A failed commit has undone
  // them all. `durable`: commit returns after fsync.
  virtual Status begin(bool durable) = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;
  // Several changes inside begin … commit as one: where `act` fails, none of them is made, and what stood
  // before it stands. Its error.
  virtual Status as_one(const std::function<Status()>& act) = 0;
  // Erased bytes may still be in the store's own log, where somebody read as they went: tries again. Of logs
  // that were removed a piece may be left: takes it away. False: there is more.
  virtual bool fold() { return true; }
  // What may still be written, outside a transaction.
  virtual Result<Room> room() = 0;
};

}  // namespace koinon
