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
  virtual Result<Store*> open() = 0;  // the store lives until the next open, lose_power or end_process
  virtual void lose_power(Chance& chance) = 0;
  // The process ends without a word, and the machine goes on: nothing that was committed is lost.
  virtual void end_process() = 0;
  // Keeps a copy of the folder as it is now, in place of an earlier copy. The copy outlives what happens to
  // the folder.
  virtual void keep_copy() = 0;
  // After lose_power or end_process. The folder is again as the copy has it. False: no copy was kept.
  virtual bool put_back() = 0;
  // After lose_power or end_process. The folder is empty; copies are gone too.
  virtual void wipe() = 0;
  virtual void set_full(bool full) = 0;
  // Power will fail within the next few writes. After that is_cut is true.
  virtual void cut_soon(Chance& chance) = 0;
  virtual bool is_cut() const = 0;
  // Whether bytes of a body that was erased are still there, hidden or left over. While a store is open.
  virtual bool has_erased(BytesView body) const = 0;
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
  Store& store() { return *store_; }  // from open() to lose_power() or end_process()
  void lose_power(Chance& chance) { disk_->lose_power(chance); }
  void end_process() { disk_->end_process(); }
  void keep_copy() { disk_->keep_copy(); }
  bool put_back() { return disk_->put_back(); }
  void wipe() { disk_->wipe(); }
  void cut_soon(Chance& chance) { disk_->cut_soon(chance); }
  bool is_cut() const { return disk_->is_cut(); }
  bool has_erased(BytesView body) const { return disk_->has_erased(body); }

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

// `grace`: how long the store keeps what was erased, unread.
std::unique_ptr<Disk> memory_disk(std::shared_ptr<BlobPool> pool, std::chrono::milliseconds grace);
std::unique_ptr<Disk> sqlite_disk(const std::string& name, std::chrono::milliseconds grace);

}  // namespace koinon::sim
