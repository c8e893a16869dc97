// A file of a backup, or one that a restore writes. All errors name the file; a full disk, a quota and a
// limit on the size of files are all kDiskFull.
#pragma once

#include <filesystem>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::backup {

class DiskFile {
 public:
  static Result<DiskFile> open(const std::filesystem::path& path);  // to read. kNotFound: there is none
  // To write, from its beginning, mode 0600 or what `mode` says.
  static Result<DiskFile> create(const std::filesystem::path& path, unsigned mode = 0600);
  // To read and write what is there, or a new file.
  static Result<DiskFile> open_to_change(const std::filesystem::path& path);

  DiskFile(DiskFile&& other) noexcept;
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;
  DiskFile& operator=(DiskFile&& other) noexcept;
  ~DiskFile();

  // Fewer bytes only at the end of the file.
  Result<Bytes> read(std::uint64_t at, std::size_t count) const;
  Status write(std::uint64_t at, BytesView bytes);
  Result<std::uint64_t> size() const;
  Status cut(std::uint64_t size);
  // Returns after all of it is on the disk.
  Status sync();
  // What is read from now on comes from the disk, as far as the system heeds it. After sync.
  void forget() const;
  // Nobody else may have it as long as this stands. False: somebody has it.
  Result<bool> lock();

 private:
  DiskFile(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  Error failed(std::string_view what) const;

  int descriptor_ = -1;
  std::filesystem::path path_;
};

// A whole file, written durably: beside it, synced, renamed, its folder synced.
Status write_whole(const std::filesystem::path& path, BytesView bytes, unsigned mode = 0600);
// The names in a folder become durable.
Status sync_folder(const std::filesystem::path& path);
// All that was written to the file system of this folder becomes durable.
Status sync_file_system(const std::filesystem::path& path);
// A folder of mode 0700 with all above it; one that is there stays as it is.
Status make_folder(const std::filesystem::path& path);
Status rename_path(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace koinon::backup
