#include "tools/output_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "proto/base/no_permission.h"
#include "proto/base/no_room.h"
#include "storage/backup/disk_file.h"

namespace koinon {
namespace {

Error os_error(const std::string& what, const std::string& path) {
  const int number = errno;
  return fail(is_no_room(number) ? Code::kDiskFull : Code::kIo,
              what + ": " + std::generic_category().message(number) +
                  (is_no_permission(number) ? ": " + why_refused(path) : std::string()),
              path);
}

}  // namespace

Status write_output(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return {};
  const auto refuser = refuser_of(path);
  return fail(Code::kIo, "the file could not be written" + (refuser ? ": " + facts_of(*refuser) : ""), path);
}

Result<SecretFile> SecretFile::take(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST)
    return fail(Code::kConflict, "it exists already and is not written over; name a new file", path);
  if (descriptor < 0) return os_error("it could not be created", path);
  return SecretFile(descriptor, path);
}

SecretFile::~SecretFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

Status SecretFile::write(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return os_error("it could not be written", path_);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(descriptor_) != 0) return os_error("it could not be written", path_);
  // Where a file system refuses that for folders, the bytes are on the disk all the same.
  (void)backup::sync_folder(std::filesystem::absolute(path_).parent_path());
  ::close(std::exchange(descriptor_, -1));
  return {};
}

}  // namespace koinon
