// The file of the mark (node/replication/mark.h): FOLDER/LOGID, in a folder that is ours alone and lies on a
// file system in memory. FOLDER/LOGID.lock is locked by whoever uses it: a second node of the same log on
// this machine has no mark.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/replication/mark.h"

namespace koinon {

class MarkFile {
 public:
  // `folder`: the configured one; empty: /run/koinon, else $XDG_RUNTIME_DIR/koinon, else /dev/shm/koinon-UID,
  // the first that can be used; it is made if it is missing. An error says why there is no mark: kUnavailable
  // where another process has it.
  static Result<MarkFile> open(const std::string& folder, const LogId& log);
  ~MarkFile();
  MarkFile(MarkFile&& other) noexcept;
  MarkFile& operator=(MarkFile&&) = delete;
  MarkFile(const MarkFile&) = delete;
  MarkFile& operator=(const MarkFile&) = delete;

  // Nothing: there is none, or it cannot be read.
  std::optional<Mark> read() const;
  // One that cannot be written is taken away: an old one could agree with an old store. An error: it could
  // not be taken away either.
  Status write(const Mark& mark);
  const std::filesystem::path& path() const { return path_; }

 private:
  MarkFile(std::filesystem::path path, std::vector<std::filesystem::path> others, int lock)
      : path_(std::move(path)), others_(std::move(others)), lock_(lock) {}

  std::filesystem::path path_;
  std::vector<std::filesystem::path> others_;  // where an earlier run may have left one
  int lock_ = -1;
};

}  // namespace koinon
