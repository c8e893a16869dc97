#include "tools/sim/disk.h"

#include "storage/store/sqlite_store.h"

namespace koinon::sim {
namespace {

class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(std::shared_ptr<BlobPool> pool) : store_(options(std::move(pool))) {}

  Result<Store*> open() override { return static_cast<Store*>(&store_); }
  void lose_power(Chance& chance) override {
    const std::size_t most = store_.volatile_transactions();
    store_.crash(most == 0 ? 0 : chance.below(most + 1));
    cut_ = false;
  }
  void set_full(bool full) override { store_.set_full(full); }
  void cut_soon(Chance&) override { cut_ = true; }
  bool is_cut() const override { return cut_; }

 private:
  static MemoryStore::Options options(std::shared_ptr<BlobPool> pool) {
    MemoryStore::Options options;
    options.epochs = nullptr;  // the node begins them
    options.pool = std::move(pool);
    return options;
  }
  MemoryStore store_;
  bool cut_ = false;
};

class SqliteDisk final : public Disk {
 public:
  explicit SqliteDisk(std::string name) : vfs_(std::move(name)) {}

  Result<Store*> open() override {
    SqliteStoreOptions options;
    options.vfs = vfs_.name();
    options.exclusive = true;
    options.checkpoint_pages = 100;
    KOINON_ASSIGN(store_, open_sqlite_store("/store.db", options));
    return store_.get();
  }
  void lose_power(Chance& chance) override {
    if (!vfs_.is_cut()) vfs_.cut_after(1);
    store_.reset();
    vfs_.restore(static_cast<unsigned>(chance.below(1'000'000)));
  }
  void set_full(bool full) override { vfs_.set_capacity(full ? 1 : 0); }
  void cut_soon(Chance& chance) override { vfs_.cut_after(1 + chance.below(30)); }
  bool is_cut() const override { return vfs_.is_cut(); }

 private:
  FaultyVfs vfs_;
  std::unique_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<Disk> memory_disk(std::shared_ptr<BlobPool> pool) {
  return std::make_unique<MemoryDisk>(std::move(pool));
}
std::unique_ptr<Disk> sqlite_disk(const std::string& name) { return std::make_unique<SqliteDisk>(name); }

}  // namespace koinon::sim
