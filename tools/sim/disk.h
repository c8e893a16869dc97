// Where a node keeps its store: memory that forgets what was not synced, or SQLite on a file system that
// loses power and tears writes.
#pragma once

#include <memory>
#include <utility>

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

// The disk of one machine, with the store that is open on it, and whether it has space.
class MachineDisk {
 public:
  explicit MachineDisk(std::unique_ptr<Disk> disk) : disk_(std::move(disk)) {}

  // Opens the store, which may be another object then.
  Status open() {
    KOINON_ASSIGN(store_, disk_->open());
    return {};
  }
  Store& store() { return *store_; }  // from open() to lose_power()
  void lose_power(Chance& chance) { disk_->lose_power(chance); }
  void cut_soon(Chance& chance) { disk_->cut_soon(chance); }
  bool is_cut() const { return disk_->is_cut(); }

  void set_full(bool full, MonoTime now) {
    if (full_ || full) had_no_space_ = now;
    full_ = full;
    disk_->set_full(full);
  }
  // Whether it has had space for a while.
  bool has_space(MonoTime now) const {
    return !full_ && (had_no_space_ == MonoTime(0) || now - had_no_space_ > std::chrono::minutes(2));
  }

 private:
  std::unique_ptr<Disk> disk_;
  Store* store_ = nullptr;
  bool full_ = false;
  MonoTime had_no_space_{};  // when it had none last
};

std::unique_ptr<Disk> memory_disk(std::shared_ptr<BlobPool> pool);
std::unique_ptr<Disk> sqlite_disk(const std::string& name);

}  // namespace koinon::sim
