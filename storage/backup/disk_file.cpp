#include "storage/backup/disk_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/no_permission.h"
#include "proto/base/no_room.h"

namespace koinon::backup {
namespace {

Error io_error(int number, std::string_view what, const std::filesystem::path& path) {
  if (is_no_room(number))
    return fail(Code::kDiskFull,
                std::string(what) + ": there is no room (" + std::generic_category().message(number) +
                    "); free some, and run the same command again",
                path.string());
  return fail(number == ENOENT ? Code::kNotFound : Code::kIo,
              std::string(what) + ": " + std::generic_category().message(number) +
                  (is_no_permission(number) ? ": " + why_refused(path) : std::string()),
              path.string());
}

Error not_made(const std::filesystem::path& folder) {
  const int number = errno;
  if (!is_no_permission(number)) return io_error(number, "it cannot be made", folder);
  return fail(Code::kIo,
              "it cannot be made: " + std::generic_category().message(number) + ": " + why_no_folder(folder),
              folder.string());
}

}  // namespace

Error DiskFile::failed(std::string_view what) const { return io_error(errno, what, path_); }

Result<DiskFile> DiskFile::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error(errno, "it cannot be opened", path);
  return DiskFile(descriptor, path);
}

Result<DiskFile> DiskFile::create(const std::filesystem::path& path, unsigned mode) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor < 0) return io_error(errno, "it cannot be made", path);
  return DiskFile(descriptor, path);
}

Result<DiskFile> DiskFile::open_to_change(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return io_error(errno, "it cannot be opened", path);
  return DiskFile(descriptor, path);
}

DiskFile::DiskFile(DiskFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

DiskFile& DiskFile::operator=(DiskFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

DiskFile::~DiskFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Bytes> DiskFile::read(std::uint64_t at, std::size_t count) const {
  Bytes out(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t got = ::pread(descriptor_, out.data() + have, count - have, static_cast<off_t>(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("it cannot be read");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return out;
}

Status DiskFile::write(std::uint64_t at, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed("it cannot be written");
    at += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::uint64_t> DiskFile::size() const {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) return failed("it cannot be looked at");
  return static_cast<std::uint64_t>(info.st_size);
}

Status DiskFile::cut(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return failed("it cannot be cut");
  return {};
}

Status DiskFile::sync() {
  if (::fsync(descriptor_) != 0) return failed("it cannot be synced");
  return {};
}

void DiskFile::forget() const { (void)::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED); }

Result<bool> DiskFile::lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return failed("it cannot be locked");
}

Status write_whole(const std::filesystem::path& path, BytesView bytes, unsigned mode) {
  std::filesystem::path beside = path;
  beside += ".new";
  const auto written = [&]() -> Status {
    KOINON_ASSIGN(DiskFile file, DiskFile::create(beside, mode));
    KOINON_TRY(file.write(0, bytes));
    KOINON_TRY(file.sync());
    return rename_path(beside, path);
  }();
  if (!written.ok()) {
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
    return written;
  }
  return sync_folder(path.parent_path());
}

Status sync_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.empty() ? std::filesystem::path(".") : path;
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error(errno, "it cannot be opened", folder);
  const int code = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  return code == 0 ? Status() : Status(io_error(number, "it cannot be synced", folder));
}

Status sync_file_system(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error(errno, "it cannot be opened", path);
  const int code = ::syncfs(descriptor);
  const int number = errno;
  ::close(descriptor);
  return code == 0 ? Status() : Status(io_error(number, "it cannot be synced", path));
}

Status make_folder(const std::filesystem::path& path) {
  if (path.empty()) return {};
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return {};
    return fail(Code::kConflict, "it is there, and no folder", path.string());
  }
  const auto above = path.parent_path();
  if (errno != ENOENT || above.empty() || above == path) return not_made(path);
  KOINON_TRY(make_folder(above));
  if (::mkdir(path.c_str(), 0700) != 0) return not_made(path);
  return {};
}

Status rename_path(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return io_error(errno, "it cannot be put in place", to);
  return {};
}

}  // namespace koinon::backup
