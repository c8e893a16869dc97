// The files of a node as they stand at one moment, whether its daemon runs or not. Belongs to one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/sqlite/snapshot.h"

namespace koinon::backup {

struct SourceFile {
  std::string path;  // within the data folder
  std::uint64_t size = 0;
  // Fewer bytes only at the end of the file.
  std::function<Result<Bytes>(std::uint64_t at, std::size_t count)> read;
};

// Keys, configuration and databases; not what the running daemon alone needs, and not the instance token: a
// store that comes without it was restored. Nothing of a witness for other systems, which must not come back
// older than it was.
//
// The databases are caught in the order office.db, index.db, store.db. A note that the office says waits may
// then stand in the store already, which knows it by its `once` name and signs it once; the other way round
// it would be lost.
class NodeFiles {
 public:
  // kNotFound: there is no store.
  static Result<NodeFiles> open(const std::filesystem::path& data);
  const std::vector<SourceFile>& files() const { return files_; }

 private:
  Status add_small(const std::filesystem::path& data, const std::string& name);
  void add(const std::string& name, const Bytes& bytes);
  Status add_database(const std::filesystem::path& data, const std::string& name);

  std::vector<SourceFile> files_;
};

// As long as a backup runs, the write-ahead logs of the databases keep all that arrives. Before that fills
// the disk of the node, the run must end. One thread.
class NodeRoom {
 public:
  explicit NodeRoom(std::filesystem::path data) : NodeRoom(data, free_of(data)) {}
  // `free_bytes`: what is free at first.
  NodeRoom(std::filesystem::path data, std::uint64_t free_bytes);
  // kDiskFull: less than limits::kBackupNodeRoom is free, and less than half of what was free at first: a
  // node whose disk was full already can be backed up.
  Status check() const { return check(free_of(data_)); }
  Status check(std::uint64_t free_bytes) const;

 private:
  static std::uint64_t free_of(const std::filesystem::path& data);

  std::filesystem::path data_;
  std::uint64_t least_;
};

}  // namespace koinon::backup
