// The pages of a database as they stand at one moment, while others write on. A connection of its own holds a
// read transaction; pages come from the database's file, or from its write-ahead log where that has a newer
// one. Nothing is written, and no second copy is made. Belongs to one thread.
//
// Only what is live is read: pages that the database has, none of what lies further on in the write-ahead
// log. While a snapshot stands, the write-ahead log cannot be emptied and grows with what is written.
#pragma once

#include <unordered_map>

#include "storage/sqlite/sqlite.h"

namespace koinon::sqlite {

class Snapshot {
 public:
  // kUnavailable: the database is locked by a program that shares it with nobody, or changed too fast to be
  // caught; try again. kIo: it is no database.
  static Result<Snapshot> take(const std::filesystem::path& path);

  std::uint64_t bytes() const { return std::uint64_t{pages_} * page_bytes_; }
  // Reads [at, at + count), as much of it as lies before bytes().
  Result<Bytes> read(std::uint64_t at, std::size_t count);

 private:
  Snapshot() = default;
  Status find_pages();
  Status find_in_log(std::uint32_t frames);
  Result<bool> read_frame(std::uint32_t frame, std::uint32_t page, Bytes& into);
  Result<Bytes> read_page(std::uint32_t page);

  Connection db_;
  std::uint32_t page_bytes_ = 0;
  std::uint32_t pages_ = 0;
  Bytes salts_;                                           // of the write-ahead log's frames
  std::unordered_map<std::uint32_t, std::uint32_t> log_;  // page to the frame that has it, both from 1
};

}  // namespace koinon::sqlite
