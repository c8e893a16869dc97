// A file system for SQLite that can lose power. It knows which bytes were synced and which were only written.
// It can stop at any write point, run full, and fail to write.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "proto/base/types.h"

namespace koinon::sim {

class FaultyVfs {
 public:
  // Registers itself with SQLite under `name`.
  explicit FaultyVfs(std::string name);
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  const std::string& name() const { return name_; }
  // Power fails at the nth write point from now on (a write, truncation, sync or deletion); 0: never. After
  // that every call fails.
  void cut_after(std::uint64_t points);
  bool is_cut() const;
  std::uint64_t points() const;
  // All files together may have at most so many bytes. Beyond that, writes fail as on a full disk. 0: no
  // limit.
  void set_capacity(std::uint64_t bytes);
  // Writes fail with this errno. 0: they work again.
  void refuse_writes(int why);
  // Power comes back. Bytes that were not synced are gone, except for some sectors that `seed` chooses (0:
  // none).
  void restore(unsigned seed);
  // The process ends and the machine goes on: all that was written becomes durable. Call it before restore.
  void sync_all();
  // Keeps a copy of all files as they are now, in place of an earlier copy.
  void keep_copy();
  // The files are again as the copy has them. The copy stays. No connection may be open. False: none was
  // kept.
  bool put_back();
  // Whether a file has these bytes anywhere.
  bool has_bytes(BytesView bytes) const;
  // No file is left. No connection may be open.
  void wipe();

  struct Impl;

 private:
  std::string name_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace koinon::sim
