// Where a node keeps its store: memory that forgets what was not synced, or SQLite on a file system that
// loses power and tears writes.
#pragma once

#include <memory>

#include "storage/memory/memory_store.h"
#include "tools/sim/chance.h"
#include "tools/sim/faulty_vfs.h"

namespace koinon::sim {

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<Store*> open() = 0;  // the store lives until the next open or lose_power
  virtual void lose_power(Chance& chance) = 0;
  virtual void set_full(bool full) = 0;
  // Power will fail within the next few writes. After that is_cut is true.
  virtual void cut_soon(Chance& chance) = 0;
  virtual bool is_cut() const = 0;
};

std::unique_ptr<Disk> memory_disk(const JournalId& journal, std::shared_ptr<BlobPool> pool);
std::unique_ptr<Disk> sqlite_disk(const std::string& name, Chance chance);

}  // namespace koinon::sim
