#include "tools/workplace.h"

#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "crypto/key_file.h"
#include "storage/backup/disk_file.h"

namespace koinon {
namespace {

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

}  // namespace

Result<Workplace> Workplace::make(std::filesystem::path wanted, const std::string& command) {
  if (!wanted.has_filename()) wanted = wanted.parent_path();
  if (is_mount_point(wanted))
    return fail(Code::kConflict, "a disk is mounted there, which cannot be replaced; name a folder in it",
                wanted.string());
  KOINON_ASSIGN(const bool free, is_free(wanted));
  if (!free)
    return fail(Code::kConflict, "something is there; " + command + " takes an empty or a missing folder",
                wanted.string());
  Workplace out(wanted, wanted.string() + ".partial");
  KOINON_ASSIGN(const bool fresh, is_free(out.partial_));
  std::error_code error;
  if (!fresh && !std::filesystem::exists(out.marker_, error))
    return fail(Code::kConflict, "something is there that no restore left; move it away",
                out.partial_.string());
  std::filesystem::remove_all(out.partial_, error);
  if (error)
    return fail(Code::kIo, "what an earlier restore left cannot be removed: " + error.message(),
                out.partial_.string());
  KOINON_TRY(backup::make_folder(wanted.parent_path()));
  KOINON_TRY(backup::write_whole(out.marker_, ""));
  KOINON_TRY(backup::make_folder(out.partial_));
  if (::chmod(out.partial_.c_str(), 0700) != 0)
    return fail(Code::kIo, "the folder could not be closed to others", out.partial_.string());
  return out;
}

Status Workplace::finish() const {
  KOINON_TRY(backup::sync_file_system(partial_));
  KOINON_TRY(backup::rename_path(partial_, wanted_));
  KOINON_TRY(backup::sync_folder(wanted_.parent_path()));
  return remove_file(marker_);
}

void Workplace::give_up() const {
  std::error_code ignored;
  std::filesystem::remove_all(partial_, ignored);
  std::filesystem::remove(marker_, ignored);
}

}  // namespace koinon
