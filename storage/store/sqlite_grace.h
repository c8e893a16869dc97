// Bodies that a withdrawal erased, kept for a grace time: whoever stole a city's key cannot erase its past
// with it. Nobody reads them here. They come back where the withdrawal turns out to be void. Part of
// SqliteStore.
//
// The bytes are in a file of their own, which no backup and no export takes. Which records they belong to
// stands in the store. That file is written before the store's commit and cleared after it, so no power
// failure loses a body that the store says is kept; what the file has too much of goes at the next start.
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "storage/sqlite/sqlite.h"

namespace koinon {

class SqliteGrace {
 public:
  // `store`: the store's own connection. A grace time of 0: nothing is kept. `quota`: bytes of all logs but
  // our own.
  SqliteGrace(sqlite::Connection& store, std::chrono::milliseconds grace, std::uint64_t quota)
      : store_(store), grace_(grace), quota_(quota) {}

  // Opens or makes the file; one that is damaged is made anew. Before anything else; outside a transaction.
  Status open(const std::filesystem::path& path, const sqlite::OpenOptions& options);

  // Inside the store's transactions.
  bool keeps() const { return grace_.count() > 0; }
  // Whether there is room for a body of this log.
  Result<bool> has_room(std::int64_t log_number, std::uint64_t bytes);
  Status put(std::int64_t record, BytesView body, UnixMillis at);
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
  Result<std::vector<Kept>> over(UnixMillis now, std::int64_t most);
  // Records with these ids, at most so many.
  Result<std::vector<Kept>> between(std::int64_t begin, std::int64_t end, std::int64_t most);

  // Around the store's commit. `durable`: it is on the disk.
  Status before_commit();
  void after_commit(bool durable);
  void after_rollback();
  // Takes away what need not be kept any more, to the last byte. False: the disk is full, or somebody reads
  // the file; try again. Outside a transaction.
  bool tidy();

 private:
  static Result<std::vector<Kept>> rows(sqlite::Statement& select);
  Status open_file();
  Status keep(std::int64_t record, BytesView body);
  Result<std::optional<Bytes>> read(std::int64_t record);
  Result<bool> is_noted(std::int64_t record);
  Status find_orphans();
  Status remove(const std::vector<std::int64_t>& records);
  Status begin();

  sqlite::Connection& store_;
  sqlite::Connection kept_;  // not open: the disk was too full
  std::filesystem::path path_;
  sqlite::OpenOptions options_;
  std::chrono::milliseconds grace_;
  std::uint64_t quota_;
  std::vector<std::int64_t> dropped_;  // since the last commit that is on the disk
  std::vector<std::int64_t> gone_;     // dropped by commits that are on the disk
  bool unfolded_ = true;               // bytes that were taken away may be in the write-ahead log
  bool open_ = false;                  // a transaction of the file
  bool looked_ = false;                // for bodies that no record names
};

}  // namespace koinon
