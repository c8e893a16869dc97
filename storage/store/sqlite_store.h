// The Store on SQLite, in WAL mode: one writer, any number of readers, and two files. The store's own has all
// but the erased bodies that are kept for a grace time: those are in a file beside it, which only the writer
// opens and no backup takes.
#pragma once

#include <filesystem>
#include <utility>

#include "storage/store/store_options.h"

namespace koinon {

struct SqliteStoreOptions : StoreOptions {
  std::string vfs;               // empty: the system's
  bool exclusive = false;        // no other connection, no shared memory
  std::uint64_t max_bytes = 0;   // quota of the main file; 0: none
  int checkpoint_pages = 2000;   // the write-ahead log is folded back when it has so many pages
  std::string durable = "FULL";  // PRAGMA synchronous for durable commits; tests show what is lost with OFF
};

// A store that begins an epoch when it is opened.
inline SqliteStoreOptions with_epochs(EpochMaker epochs) {
  SqliteStoreOptions options;
  options.epochs = std::move(epochs);
  return options;
}

// The file of erased bodies beside the store: grace.db beside store.db, NAME-grace.db beside NAME.db. So two
// stores in one folder have two. A store in memory has its own in memory.
std::filesystem::path grace_file(const std::filesystem::path& store);

// Opens or creates the store, and migrates it.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path,
                                                 const SqliteStoreOptions& options = {});
// What the node knew last whose store this is, without changing anything in it: for who looks at a node that
// is stopped. The store must exist. kRefused: it is of another version of Koinon.
Result<StoreState> read_sqlite_state(const std::filesystem::path& path);
// Opens a reader for another thread. The store must exist. The reader keeps at most `cache_kib` KiB of pages.
Result<std::unique_ptr<StoreReader>> open_sqlite_reader(const std::filesystem::path& path,
                                                        int cache_kib = 8192);

}  // namespace koinon
