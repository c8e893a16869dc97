// The file of the mark (node/replication/mark.h): FOLDER/LOGID, in a folder that is ours alone and lies on a
// file system in memory. FOLDER/LOGID.lock is locked by whoever uses it: a second node of the same log on
// this machine has no mark. That of a witness for other systems lies beside it: FOLDER/witness-KEY, and the
// same holds for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/daemon/mark_place.h"

namespace koinon {

class MarkFile : public MarkPlace {
 public:
  // $RUNTIME_DIRECTORY, where a service manager gives one (RuntimeDirectory= in systemd.exec(5)),
  // /run/koinon, $XDG_RUNTIME_DIR/koinon, /dev/shm/koinon-UID.
  static std::vector<std::filesystem::path> usual_folders();
  // `folder`: the configured one; empty: the first of `usual` that can be used; it is made if it is missing.
  // What an earlier run left in another of these is taken over where no folder is configured, and is removed:
  // later it would say what is long past. An error says why there is no mark: kUnavailable where another
  // process has it; kConflict where an old one cannot be removed: then nothing may be signed, as a later
  // start could believe the old one.
  static Result<MarkFile> open(const std::string& folder, const LogId& log,
                               std::vector<std::filesystem::path> usual = usual_folders());
  // The same of the witness with this key.
  static Result<MarkFile> open(const std::string& folder, const PublicKey& witness,
                               std::vector<std::filesystem::path> usual = usual_folders());
  // The mark of this log is kept somewhere else: what an earlier run left in any of these folders is removed.
  // Errors as of `open`.
  static Status remove_all(const std::string& folder, const LogId& log,
                           std::vector<std::filesystem::path> usual = usual_folders());
  ~MarkFile() override;
  MarkFile(MarkFile&& other) noexcept;
  MarkFile& operator=(MarkFile&&) = delete;
  MarkFile(const MarkFile&) = delete;
  MarkFile& operator=(const MarkFile&) = delete;

  // Nothing: there is none, it is another user's, or it cannot be read.
  std::optional<Mark> read() const override;
  Status write(const Mark& mark) override;
  Status remove() override;
  const std::filesystem::path& path() const { return path_; }

 private:
  static Result<MarkFile> open_named(const std::string& folder, const std::string& name,
                                     std::vector<std::filesystem::path> usual);
  MarkFile(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace koinon
