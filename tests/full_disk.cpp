#include "tests/full_disk.h"

#include <cerrno>
#include <filesystem>
#include <string>

#include <sqlite3.h>

namespace koinon::test {

struct FullDisk::Impl {
  sqlite3_vfs shim{};
  sqlite3_vfs* real = nullptr;
  Fault fault;
  std::uint64_t left = 0;  // writes until one fails; 0: none does
  bool failing = false;
  bool failed = false;

  // False: this one fails.
  bool may(Point point) {
    if (fault.at != Point::kAny && fault.at != point) return true;
    if (left > 0 && --left == 0) {
      failed = true;
      failing = fault.lasts;
      return false;
    }
    return !failing;
  }
};

namespace {

using Impl = FullDisk::Impl;
using Point = FullDisk::Point;

// SQLite's file begins with its methods; the real one lies behind it, in the room that SQLite gave.
struct ShimFile {
  sqlite3_file base;
  Impl* disk;
  const char* name;  // SQLite keeps it while the file is open
  int why;           // the last failure, as the system's file keeps it
};

ShimFile* shim_of(sqlite3_file* file) { return reinterpret_cast<ShimFile*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(shim_of(file) + 1); }

// As the system's files do: a write that has no room is SQLITE_FULL, and keeps no reason.
int failed_write(ShimFile* file) {
  const bool full = file->disk->fault.why == ENOSPC;
  file->why = full ? 0 : file->disk->fault.why;
  return full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int failed(ShimFile* file, int code) {
  file->why = file->disk->fault.why;
  return code;
}

int close_file(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }

int read_bytes(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  const int code = real_of(file)->pMethods->xRead(real_of(file), out, count, offset);
  if (code == SQLITE_IOERR_SHORT_READ) shim_of(file)->why = 0;
  return code;
}

int write_bytes(sqlite3_file* file, const void* in, int count, sqlite3_int64 offset) {
  if (!shim_of(file)->disk->may(Point::kWrite)) return failed_write(shim_of(file));
  return real_of(file)->pMethods->xWrite(real_of(file), in, count, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (!shim_of(file)->disk->may(Point::kTruncate)) return failed(shim_of(file), SQLITE_IOERR_TRUNCATE);
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

int sync_file(sqlite3_file* file, int) {
  return shim_of(file)->disk->may(Point::kSync) ? SQLITE_OK : failed(shim_of(file), SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  return real_of(file)->pMethods->xFileSize(real_of(file), out);
}
int lock_file(sqlite3_file* file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }
int unlock_file(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int check_lock(sqlite3_file* file, int* out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

int control(sqlite3_file* file, int what, void* out) {
  if (what == SQLITE_FCNTL_LAST_ERRNO && shim_of(file)->why != 0) {
    *static_cast<int*>(out) = shim_of(file)->why;
    return SQLITE_OK;
  }
  return real_of(file)->pMethods->xFileControl(real_of(file), what, out);
}

int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

bool grows(const ShimFile* file, int region, int size) {
  std::error_code none;
  const auto have = std::filesystem::file_size(std::string(file->name) + "-shm", none);
  const auto needs = (static_cast<std::uintmax_t>(region) + 1) * static_cast<std::uintmax_t>(size);
  return none || have < needs;
}

int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  ShimFile* shim = shim_of(file);
  if (extend != 0 && grows(shim, region, size) && !shim->disk->may(Point::kShared)) {
    *out = nullptr;
    return SQLITE_IOERR_SHMSIZE;
  }
  return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

const sqlite3_io_methods kMethods = {2,         close_file,   read_bytes,      write_bytes, truncate_file,
                                     sync_file, file_size,    lock_file,       unlock_file, check_lock,
                                     control,   sector_size,  characteristics, map_shared,  lock_shared,
                                     barrier,   unmap_shared, nullptr,         nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* disk = static_cast<Impl*>(vfs->pAppData);
  *shim_of(file) = {{nullptr}, disk, name, 0};
  const bool makes = (flags & SQLITE_OPEN_CREATE) != 0 && (name == nullptr || !std::filesystem::exists(name));
  if (makes && !disk->may(Point::kMake)) return SQLITE_CANTOPEN;
  const int code = disk->real->xOpen(disk->real, name, real_of(file), flags, out_flags);
  if (code == SQLITE_OK) file->pMethods = &kMethods;
  return code;
}

}  // namespace

FullDisk::FullDisk() : impl_(std::make_unique<Impl>()) {
  impl_->real = sqlite3_vfs_find(nullptr);
  impl_->shim = *impl_->real;
  impl_->shim.szOsFile = static_cast<int>(sizeof(ShimFile)) + impl_->real->szOsFile;
  impl_->shim.zName = "full-disk";
  impl_->shim.pAppData = impl_.get();
  impl_->shim.pNext = nullptr;
  impl_->shim.xOpen = open_file;
  sqlite3_vfs_register(&impl_->shim, 1);
}

FullDisk::~FullDisk() {
  sqlite3_vfs_unregister(&impl_->shim);
  sqlite3_vfs_register(impl_->real, 1);
}

void FullDisk::fail_at(std::uint64_t nth, const Fault& fault) {
  impl_->fault = fault;
  impl_->left = nth;
  impl_->failing = impl_->failed = false;
}

void FullDisk::make_room() {
  impl_->left = 0;
  impl_->failing = false;
}

bool FullDisk::has_failed() const { return impl_->failed; }

}  // namespace koinon::test
