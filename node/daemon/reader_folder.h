// The data folder of a reader: its search index, its socket, its configuration. It has no keys and no store.
#pragma once

#include "node/daemon/data_folder.h"

namespace koinon {

class ReaderFolder {
 public:
  // Makes the folder, where there is none, and locks it: two readers do not share one. kRefused: another
  // program uses it, or something else is in it, a node say.
  static Result<ReaderFolder> open(const std::filesystem::path& path);

  const DataFolder& files() const { return files_; }

 private:
  ReaderFolder(DataFolder files, FolderLock lock) : files_(std::move(files)), lock_(std::move(lock)) {}

  DataFolder files_;
  FolderLock lock_;
};

}  // namespace koinon
