#include "tools/sim/disk.h"

#include <optional>

#include "proto/base/limits.h"
#include "storage/store/sqlite_store.h"

namespace koinon::sim {
namespace {

class MemoryDisk final : public Disk {
 public:
  MemoryDisk(std::shared_ptr<BlobPool> pool, std::chrono::milliseconds grace)
      : options_(options(std::move(pool), grace)), store_(std::in_place, options_) {}

  Result<Store*> open() override { return static_cast<Store*>(&*store_); }
  void lose_power(Chance& chance) override {
    const std::size_t most = store_->volatile_transactions();
    store_->crash(most == 0 ? 0 : chance.below(most + 1));
    cut_ = false;
  }
  void end_process() override {
    store_->crash(0);
    cut_ = false;
  }
  void keep_copy() override { store_->keep_copy(); }
  bool put_back() override { return store_->put_back(); }
  void wipe() override { store_.emplace(options_); }
  void set_full(bool full) override { store_->set_full(full); }
  void cut_soon(Chance&) override { cut_ = true; }
  bool is_cut() const override { return cut_; }
  bool has_erased(BytesView body) const override { return store_->keeps_erased(body); }

 private:
  static MemoryStore::Options options(std::shared_ptr<BlobPool> pool, std::chrono::milliseconds grace) {
    MemoryStore::Options options;
    options.erase_grace = grace;
    options.epochs = nullptr;  // the node begins them
    options.pool = std::move(pool);
    return options;
  }
  MemoryStore::Options options_;
  std::optional<MemoryStore> store_;
  bool cut_ = false;
};

class SqliteDisk final : public Disk {
 public:
  SqliteDisk(std::string name, std::chrono::milliseconds grace) : vfs_(std::move(name)), grace_(grace) {}

  Result<Store*> open() override {
    SqliteStoreOptions options;
    options.vfs = vfs_.name();
    options.exclusive = true;
    options.checkpoint_pages = 100;
    options.erase_grace = grace_;
    KOINON_ASSIGN(store_, open_sqlite_store("/store.db", options));
    return store_.get();
  }
  void lose_power(Chance& chance) override {
    if (!vfs_.is_cut()) vfs_.cut_after(1);
    store_.reset();
    vfs_.restore(static_cast<unsigned>(chance.below(1'000'000)));
  }
  void end_process() override {
    vfs_.sync_all();
    if (!vfs_.is_cut()) vfs_.cut_after(1);
    store_.reset();
    vfs_.restore(0);
  }
  void keep_copy() override { vfs_.keep_copy(); }
  bool put_back() override { return vfs_.put_back(); }
  void wipe() override { vfs_.wipe(); }
  void set_full(bool full) override { vfs_.set_capacity(full ? 1 : 0); }
  void cut_soon(Chance& chance) override { vfs_.cut_after(1 + chance.below(30)); }
  bool is_cut() const override { return vfs_.is_cut(); }
  // A body begins with its salt. What comes later may be cut by pages.
  bool has_erased(BytesView body) const override { return vfs_.has_bytes(body.substr(0, kSaltedBeginning)); }

 private:
  static constexpr std::size_t kSaltedBeginning = 2 + limits::kSaltBytes;

  FaultyVfs vfs_;
  std::chrono::milliseconds grace_;
  std::unique_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<Disk> memory_disk(std::shared_ptr<BlobPool> pool, std::chrono::milliseconds grace) {
  return std::make_unique<MemoryDisk>(std::move(pool), grace);
}
std::unique_ptr<Disk> sqlite_disk(const std::string& name, std::chrono::milliseconds grace) {
  return std::make_unique<SqliteDisk>(name, grace);
}

}  // namespace koinon::sim
