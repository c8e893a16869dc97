#include "tools/sim/faulty_vfs.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>

#include <sqlite3.h>

namespace koinon::sim {
namespace {
constexpr std::size_t kSector = 512;
}

struct StoredFile {
  Bytes current;
  Bytes durable;
  bool exists_durably = false;
};

struct FaultyVfs::Impl {
  sqlite3_vfs vfs{};
  std::map<std::string, std::shared_ptr<StoredFile>> files;
  std::optional<std::map<std::string, Bytes>> copy;
  std::uint64_t points = 0;
  std::uint64_t cut_at = 0;
  bool cut = false;
  std::uint64_t capacity = 0;
  int refusal = 0;
  std::minstd_rand random{1};

  // Counts a write point. False: the power is gone.
  bool point() {
    if (cut) return false;
    ++points;
    if (cut_at != 0 && points >= cut_at) cut = true;
    return !cut;
  }
  std::uint64_t used() const {
    std::uint64_t bytes = 0;
    for (const auto& [name, file] : files) bytes += file->current.size();
    return bytes;
  }
};

namespace {

struct OpenFile {
  sqlite3_file base;
  FaultyVfs::Impl* impl;
  std::shared_ptr<StoredFile>* file;
};

OpenFile* as_open(sqlite3_file* file) { return reinterpret_cast<OpenFile*>(file); }

int close_file(sqlite3_file* file) {
  delete as_open(file)->file;
  as_open(file)->file = nullptr;
  return SQLITE_OK;
}

int read_bytes(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  OpenFile* open = as_open(file);
  if (open->impl->cut) return SQLITE_IOERR_READ;
  const Bytes& data = (*open->file)->current;
  const auto begin = static_cast<std::size_t>(offset);
  const std::size_t have =
      begin >= data.size() ? 0 : std::min<std::size_t>(data.size() - begin, static_cast<std::size_t>(count));
  if (have > 0) std::memcpy(out, data.data() + begin, have);
  if (have == static_cast<std::size_t>(count)) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + have, 0, static_cast<std::size_t>(count) - have);
  return SQLITE_IOERR_SHORT_READ;
}

int write_bytes(sqlite3_file* file, const void* in, int count, sqlite3_int64 offset) {
  OpenFile* open = as_open(file);
  if (open->impl->refusal != 0 || !open->impl->point()) return SQLITE_IOERR_WRITE;
  Bytes& data = (*open->file)->current;
  const std::size_t end = static_cast<std::size_t>(offset) + static_cast<std::size_t>(count);
  if (end > data.size()) {
    if (open->impl->capacity != 0 && open->impl->used() + (end - data.size()) > open->impl->capacity)
      return SQLITE_FULL;
    data.resize(end);
  }
  std::memcpy(data.data() + offset, in, static_cast<std::size_t>(count));
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile* open = as_open(file);
  if (!open->impl->point()) return SQLITE_IOERR_TRUNCATE;
  (*open->file)->current.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  OpenFile* open = as_open(file);
  if (!open->impl->point()) return SQLITE_IOERR_FSYNC;
  (*open->file)->durable = (*open->file)->current;
  (*open->file)->exists_durably = true;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>((*as_open(file)->file)->current.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }
int check_lock(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}
int control(sqlite3_file* file, int what, void* out) {
  if (what != SQLITE_FCNTL_LAST_ERRNO) return SQLITE_NOTFOUND;
  *static_cast<int*>(out) = as_open(file)->impl->refusal;
  return SQLITE_OK;
}
int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods kMethods = {1,         close_file,  read_bytes,      write_bytes, truncate_file,
                                     sync_file, file_size,   lock_file,       lock_file,   check_lock,
                                     control,   sector_size, characteristics, nullptr,     nullptr,
                                     nullptr,   nullptr,     nullptr,         nullptr};

FaultyVfs::Impl* impl_of(sqlite3_vfs* vfs) { return static_cast<FaultyVfs::Impl*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  FaultyVfs::Impl* impl = impl_of(vfs);
  OpenFile* open = as_open(file);
  open->base.pMethods = nullptr;
  if (impl->cut) return SQLITE_CANTOPEN;
  std::shared_ptr<StoredFile> stored;
  if (name != nullptr) {
    auto& slot = impl->files[name];
    if (!slot) slot = std::make_shared<StoredFile>();
    stored = slot;
  } else {
    stored = std::make_shared<StoredFile>();
  }
  open->impl = impl;
  open->file = new std::shared_ptr<StoredFile>(std::move(stored));
  open->base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int) {
  FaultyVfs::Impl* impl = impl_of(vfs);
  if (!impl->point()) return SQLITE_IOERR_DELETE;
  return impl->files.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* out) {
  *out = impl_of(vfs)->files.contains(name) ? 1 : 0;
  return SQLITE_OK;
}

// Does not use the machine's clock or randomness: the same seed must give the same bytes.
int randomness(sqlite3_vfs* vfs, int count, char* out) {
  FaultyVfs::Impl* impl = impl_of(vfs);
  for (int i = 0; i < count; ++i) out[i] = static_cast<char>(impl->random());
  return count;
}
int current_time(sqlite3_vfs*, sqlite3_int64* out) {
  *out = 210866760000000;  // 1970-01-01 in milliseconds of the Julian day
  return SQLITE_OK;
}
int current_day(sqlite3_vfs*, double* out) {
  *out = 2440587.5;
  return SQLITE_OK;
}
int sleep_for(sqlite3_vfs*, int microseconds) { return microseconds; }

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace

FaultyVfs::FaultyVfs(std::string name) : name_(std::move(name)), impl_(std::make_unique<Impl>()) {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  impl_->vfs = *real;
  impl_->vfs.szOsFile = sizeof(OpenFile);
  impl_->vfs.zName = name_.c_str();
  impl_->vfs.pAppData = impl_.get();
  impl_->vfs.pNext = nullptr;
  impl_->vfs.xOpen = open_file;
  impl_->vfs.xDelete = delete_file;
  impl_->vfs.xAccess = access_file;
  impl_->vfs.xFullPathname = full_path;
  impl_->vfs.xRandomness = randomness;
  impl_->vfs.xCurrentTime = current_day;
  impl_->vfs.xCurrentTimeInt64 = current_time;
  impl_->vfs.xSleep = sleep_for;
  sqlite3_vfs_register(&impl_->vfs, 0);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&impl_->vfs); }

void FaultyVfs::cut_after(std::uint64_t points) { impl_->cut_at = points == 0 ? 0 : impl_->points + points; }
bool FaultyVfs::is_cut() const { return impl_->cut; }
std::uint64_t FaultyVfs::points() const { return impl_->points; }
void FaultyVfs::set_capacity(std::uint64_t bytes) { impl_->capacity = bytes; }
void FaultyVfs::refuse_writes(int why) { impl_->refusal = why; }

void FaultyVfs::restore(unsigned seed) {
  std::minstd_rand random(seed);
  impl_->cut = false;
  impl_->cut_at = 0;
  for (auto it = impl_->files.begin(); it != impl_->files.end();) {
    StoredFile& file = *it->second;
    Bytes after = file.durable;
    for (std::size_t at = 0; seed != 0 && at < file.current.size(); at += kSector) {
      if (random() % 2 == 0) continue;
      const Bytes sector = file.current.substr(at, kSector);
      if (after.size() < at + sector.size()) after.resize(at + sector.size());
      std::copy(sector.begin(), sector.end(), after.begin() + static_cast<long>(at));
    }
    if (!file.exists_durably && seed == 0) {
      it = impl_->files.erase(it);
      continue;
    }
    // Makes a new object, so that connections from before the power cut no longer change the file.
    it->second = std::make_shared<StoredFile>(StoredFile{after, after, true});
    ++it;
  }
}

void FaultyVfs::sync_all() {
  for (const auto& [name, file] : impl_->files) {
    file->durable = file->current;
    file->exists_durably = true;
  }
}

void FaultyVfs::keep_copy() {
  impl_->copy.emplace();
  for (const auto& [name, file] : impl_->files) impl_->copy->emplace(name, file->current);
}

bool FaultyVfs::put_back() {
  if (!impl_->copy) return false;
  impl_->files.clear();
  for (const auto& [name, bytes] : *impl_->copy)
    impl_->files.emplace(name, std::make_shared<StoredFile>(StoredFile{bytes, bytes, true}));
  return true;
}

bool FaultyVfs::has_bytes(BytesView bytes) const {
  return std::any_of(impl_->files.begin(), impl_->files.end(),
                     [&](const auto& file) { return file.second->current.find(bytes) != Bytes::npos; });
}

void FaultyVfs::wipe() { impl_->files.clear(); }

}  // namespace koinon::sim
