// The data folder of a node that runs: locked, its keys in memory, its databases opened for whoever reads
// them. Store and office may be on a server instead.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "crypto/key_history.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/store_source.h"
#include "storage/office/office_db.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// The databases of a node, as one thread has opened them: for that thread alone.
struct Databases {
  std::unique_ptr<OfficeDb> office;
  std::unique_ptr<StoreReader> store;
  std::unique_ptr<IndexReader> index;
};

// Any thread. The store and the index must exist. `columns`: those that who searches shares with others.
Result<Databases> open_databases(const DataFolder& files, const StoreSource& source,
                                 std::shared_ptr<SharedColumns> columns);

class FolderInUse {
 public:
  // The passphrase is read as read_passphrase says. `store_url`: as store.url. Errors are one sentence for
  // the operator: no whole node lives there, another program uses the folder, a newer version wrote it, or
  // its keys cannot be read.
  static Result<FolderInUse> open(const std::filesystem::path& path, const std::string& passphrase_file,
                                  const std::string& store_url = {});

  const DataFolder& files() const { return files_; }
  const NodeKeys& keys() const { return keys_; }
  const StoreSource& source() const { return source_; }
  // A change of the signing key may have been cut short: where the log has stated the next key, it takes the
  // place of the old one. Before other threads use the keys.
  Status settle_next_key(const KeyHistory& stated);
  // The same of the cosigner key.
  Status settle_next_cosigner(const PublicKey& named);
  // There is a next node key, and it takes the place of the old one.
  Status use_next_node_key();

  // As above.
  Result<Databases> open_databases(std::shared_ptr<SharedColumns> columns = make_shared_columns()) const;

 private:
  FolderInUse(DataFolder files, StoreSource source, FolderLock lock, NodeKeys keys)
      : files_(std::move(files)),
        source_(std::move(source)),
        lock_(std::move(lock)),
        keys_(std::move(keys)) {}

  DataFolder files_;
  StoreSource source_;
  FolderLock lock_;
  NodeKeys keys_;
};

}  // namespace koinon
