#include "node/daemon/reader_folder.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "crypto/key_file.h"

namespace koinon {
namespace fs = std::filesystem;
namespace {

// What may lie in a folder before a reader is first started in it.
constexpr std::array<std::string_view, 5> kMayBeThere = {"koinond.toml", "koinond.config", "koinond.lock",
                                                         "koinond.sock", "lost+found"};

Error unusable(const fs::path& path, const std::error_code& why) {
  return fail(Code::kIo, "the data folder cannot be used: " + why.message(), path.string());
}

// Whatever lies in a folder that is not a reader's is somebody's.
Status check_free(const fs::path& path) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (std::find(kMayBeThere.begin(), kMayBeThere.end(), name) != kMayBeThere.end()) continue;
    return fail(Code::kRefused,
                "a reader needs a folder of its own, and this one has something else in it (" + name +
                    "); name another one with --data",
                path.string());
  }
  if (error) return unusable(path, error);
  return {};
}

Status make_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, fs::perms::owner_all, error);
  return error ? Status(unusable(path, error)) : Status();
}

}  // namespace

Result<ReaderFolder> ReaderFolder::open(const fs::path& path) {
  KOINON_TRY(make_folder(path));
  DataFolder files(path);
  std::error_code error;
  const bool is_ours = fs::exists(files.reader_mark(), error);
  if (error) return unusable(path, error);
  if (!is_ours) KOINON_TRY(check_free(path));
  KOINON_ASSIGN(FolderLock lock, FolderLock::take(files));
  if (!is_ours)
    KOINON_TRY(write_private_file(files.reader_mark(), "this folder is of a reader: koinond --reader\n"));
  return ReaderFolder(std::move(files), std::move(lock));
}

}  // namespace koinon
