#include "tools/workplace.h"

#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "crypto/key_file.h"
#include "storage/backup/disk_file.h"
#include "tools/commands.h"

namespace koinon {
namespace {

constexpr std::size_t kMarkerBytes = 256;

Result<bool> is_free(const std::filesystem::path& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) return true;
  if (type != std::filesystem::file_type::directory) return false;
  std::filesystem::directory_iterator all(path, error);
  if (error) return fail(Code::kRefused, "it cannot be looked into: " + error.message(), path.string());
  return all == std::filesystem::directory_iterator();
}

// Nothing is renamed onto it, and what lies beside it lies on another disk.
bool is_mount_point(const std::filesystem::path& path) {
  struct statx here {};
  struct statx above {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS, &here) != 0) return false;
  if ((here.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) return true;
  if (::statx(AT_FDCWD, path.parent_path().c_str(), 0, STATX_BASIC_STATS, &above) != 0) return false;
  return here.stx_dev_major != above.stx_dev_major || here.stx_dev_minor != above.stx_dev_minor;
}

// Without a slash behind it: other names are made of it.
std::filesystem::path plain(std::filesystem::path path) {
  path = std::filesystem::absolute(path).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

// What no other folder has: a number is used again once its folder is gone, so the time belongs to it, where
// the file system keeps it. Nothing: it is not there.
std::optional<std::string> name_of_folder(const std::filesystem::path& path) {
  struct statx facts {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &facts) != 0)
    return std::nullopt;
  const bool has_time = (facts.stx_mask & STATX_BTIME) != 0;
  return std::to_string(facts.stx_dev_major) + ":" + std::to_string(facts.stx_dev_minor) + " " +
         std::to_string(facts.stx_ino) + " " +
         (has_time ? std::to_string(facts.stx_btime.tv_sec) + "." + std::to_string(facts.stx_btime.tv_nsec)
                   : "-") +
         "\n";
}

}  // namespace

Status Workplace::clean_up(const std::filesystem::path& wanted) {
  return Workplace(plain(wanted)).forget_old_marker();
}

// Its folder is in place, or was removed: what is made under that name later is somebody's.
Status Workplace::forget_old_marker() const {
  std::error_code error;
  if (std::filesystem::symlink_status(partial_, error).type() != std::filesystem::file_type::not_found)
    return {};
  if (!std::filesystem::exists(marker_, error)) return {};
  return remove_file(marker_);
}

// What an earlier run left.
Status Workplace::clear() const {
  KOINON_ASSIGN(const bool free, is_free(partial_));
  if (!free) {
    const auto named = read_file(marker_, kMarkerBytes);
    if (!named.ok() || *named != name_of_folder(partial_))
      return fail(Code::kConflict, "something is there that no restore left; move it away",
                  partial_.string());
  }
  std::error_code error;
  std::filesystem::remove_all(partial_, error);
  if (error)
    return fail(Code::kIo, "what an earlier restore left cannot be removed: " + error.message(),
                partial_.string());
  return {};
}

Result<Workplace> Workplace::make(std::filesystem::path wanted, const std::string& command) {
  wanted = plain(std::move(wanted));
  const Workplace out(wanted);
  KOINON_TRY(out.forget_old_marker());
  if (is_mount_point(wanted))
    return fail(Code::kConflict, "a disk is mounted there, which cannot be replaced; name a folder in it",
                wanted.string());
  KOINON_ASSIGN(const bool free, is_free(wanted));
  if (!free)
    return fail(Code::kConflict, "something is there; " + command + " takes an empty or a missing folder",
                wanted.string());
  KOINON_TRY(out.clear());
  KOINON_TRY(backup::make_folder(out.partial_));
  if (::chmod(out.partial_.c_str(), 0700) != 0)
    return fail(Code::kIo, "the folder could not be closed to others", out.partial_.string());
  // Before anything stands in it: an empty one is nobody's.
  const auto name = name_of_folder(out.partial_);
  if (!name) return fail(Code::kIo, "the folder could not be looked at", out.partial_.string());
  if (const Status written = backup::write_whole(out.marker_, *name); !written.ok()) {
    std::error_code ignored;
    std::filesystem::remove(out.partial_, ignored);
    return written.error();
  }
  return out;
}

Status Workplace::finish() const {
  KOINON_TRY(backup::sync_file_system(partial_));
  KOINON_TRY(backup::rename_path(partial_, wanted_));
  KOINON_TRY(backup::sync_folder(wanted_.parent_path()));
  return remove_file(marker_);
}

Error Workplace::give_up(const Error& why) const {
  std::error_code ignored;
  std::filesystem::remove_all(partial_, ignored);
  std::filesystem::remove(marker_, ignored);
  return to_run_again(why);
}

}  // namespace koinon
