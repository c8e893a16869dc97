// Bodies that a withdrawal erased, kept for a grace time: whoever stole a city's key cannot erase its past
// with it. Nobody reads them here. They come back where the withdrawal turns out to be void. Part of
// SqlStore.
//
// The bytes are in a database of their own, which no backup and no export takes: with SQLite another file.
// Which records they belong to stands in the store. That database is written before the store's commit and
// cleared after it, so no power failure loses a body that the store says is kept; what the file has too much
// of goes at the next start.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "storage/store/store_engine.h"

namespace koinon {

class SqlGrace {
 public:
  // `engine`: of the store. A grace time of 0: nothing is kept. `quota`: bytes of all logs but our own.
  SqlGrace(StoreEngine& engine, std::chrono::milliseconds grace, std::uint64_t quota)
      : engine_(engine), store_(engine.connection()), grace_(grace), quota_(quota) {}

  // Opens or makes the file; one that is damaged is made anew. Where the disk is full it is opened as far as
  // that goes, and to the end when there is room. Before anything else; outside a transaction.
  Status open();

  // Inside the store's transactions.
  bool keeps() const { return grace_.count() > 0; }
  // Whether there is room for a body of this log.
  Result<bool> has_room(std::int64_t log_number, std::uint64_t bytes);
  // Its grace time begins.
  Status put(std::int64_t record, BytesView body);
  // The body that is kept of the record. Nothing: none is, or the file is damaged. An error: the file cannot
  // be read now, which says nothing of what it has.
  Result<std::optional<Bytes>> body(std::int64_t record);
  // It is kept no longer. False: it was not.
  Result<bool> drop(std::int64_t record);
  struct Kept {
    std::int64_t record = 0;
    std::uint64_t bytes = 0;
  };
  // Records whose time is over, at most so many; the oldest first. With a grace time of 0 all of them.
  Result<std::vector<Kept>> over(std::int64_t most);
  // Records with these ids, at most so many.
  Result<std::vector<Kept>> between(std::int64_t begin, std::int64_t end, std::int64_t most);

  // How long the node has run: Store::fold. By this the time of what is kept counts.
  void set_lived(std::chrono::milliseconds lived) { lived_ = std::max(lived_, lived); }
  // Whether it is time to write that down.
  Result<bool> is_to_count();
  // Writes it down. Inside the store's transaction.
  Status count();

  // Around the store's commit. `durable`: it is on the disk.
  Status before_commit();
  void after_commit(bool durable);
  void after_rollback();
  // Takes away what need not be kept any more, to the last byte. False: the disk is full, or somebody reads
  // the file; try again. Outside a transaction.
  bool tidy();

 private:
  static Result<std::vector<Kept>> rows(sql::Statement& select);
  Status keep(std::int64_t record, BytesView body);
  Result<std::optional<Bytes>> read(std::int64_t record);
  Result<bool> is_noted(std::int64_t record);
  Status finish();
  Status check() const;
  Status find_orphans();
  Status remove(const std::vector<std::int64_t>& records);
  Status begin();

  StoreEngine& engine_;
  sql::Connection& store_;
  std::unique_ptr<sql::Connection> kept_;  // null: the disk was too full
  std::chrono::milliseconds grace_;
  std::uint64_t quota_;
  std::chrono::milliseconds lived_{0};    // as was heard last
  std::chrono::milliseconds counted_{0};  // as is written down
  std::vector<std::int64_t> touched_;     // put or dropped since the last commit that is on the disk
  std::vector<std::int64_t> gone_;        // by commits that are on the disk, nothing is kept of them
  bool looked_ = false;                   // for what it has too much of since it was opened
  bool unfolded_ = true;                  // bytes that were taken away may be in the write-ahead log
  bool open_ = false;                     // a transaction of the file
  std::optional<Error> undone_;           // why the database undid that by itself
};

}  // namespace koinon
