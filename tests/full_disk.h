// A disk that runs full, or breaks, at any write of SQLite: a shim over the system's file system, which
// SQLite takes while this lives. So databases are opened as the daemon opens them: real files, shared memory,
// several connections. Power losses are sim::FaultyVfs's.
//
// To sync takes no time here: what is written is on the disk. Connections must be closed before it goes. One
// thread.
#pragma once

#include <cstdint>
#include <memory>

namespace koinon::test {

class FullDisk {
 public:
  // Where a disk may have no room. Of a sync too: some file systems find room for what was written only then.
  // To change bytes that are there needs room where the file system copies what is changed.
  enum class Point : unsigned char { kAny, kMake, kWrite, kTruncate, kSync, kShared };
  struct Fault {
    int why = 0;        // ENOSPC or EIO
    bool lasts = true;  // until there is room again; else one write alone fails
    Point at = Point::kAny;
  };

  FullDisk();
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  // The nth write from now on fails (1: the next one), of those where the fault may be.
  void fail_at(std::uint64_t nth, const Fault& fault);
  // All is well again.
  void make_room();
  // Whether any write has failed since fail_at.
  bool has_failed() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace koinon::test
