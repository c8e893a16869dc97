// A file system for SQLite that loses power: it keeps what was synced apart from what was only written, can
// stop at any write point, can run full, and can fail to write.
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
  // Power goes at the nth write point from now on (a write, truncation, sync or deletion); 0: never. After
  // that every call fails.
  void cut_after(std::uint64_t points);
  bool is_cut() const;
  std::uint64_t points() const;
  // At most so many bytes in all files together; then writes fail as on a full disk. 0: no limit.
  void set_capacity(std::uint64_t bytes);
  // Writes fail, and the system says why: an errno. 0: no more.
  void refuse_writes(int why);
  // Power comes back: what was not synced is gone, but for the sectors of it that `seed` lets survive
  // (0: none).
  void restore(unsigned seed);

  struct Impl;

 private:
  std::string name_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace koinon::sim
