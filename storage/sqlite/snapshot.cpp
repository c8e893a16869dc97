#include "storage/sqlite/snapshot.h"

#include <algorithm>
#include <cstring>

namespace koinon::sqlite {
namespace {

// SQLite, "WAL-mode File Format". The write-ahead log: a header, then frames of a header and a page each,
// big-endian. Its index in shared memory begins with two copies of a header, in the machine's byte order.
constexpr std::uint64_t kLogHeader = 32;
constexpr std::uint64_t kFrameHeader = 24;
constexpr std::size_t kSaltBytes = 8;
constexpr std::size_t kIndexHeader = 48;
constexpr int kIndexRegion = 32 * 1024;
constexpr int kTries = 100;

std::uint32_t big_endian(BytesView bytes) {
  std::uint32_t out = 0;
  for (const char c : bytes.substr(0, 4)) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

std::uint32_t as_it_lies(BytesView bytes, std::size_t at) {
  std::uint32_t out = 0;
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

Error read_failed() { return fail(Code::kIo, "the database cannot be read", "store"); }

Result<sqlite3_file*> file_of(sqlite3* db, int which) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db, "main", which, &file) != SQLITE_OK || file == nullptr ||
      file->pMethods == nullptr)
    return read_failed();
  return file;
}

// What stands in the index of the write-ahead log. A writer changes the second copy and then the first; as
// long as they differ, it is at work. Nothing: it was at work all the time.
std::optional<Bytes> index_header(sqlite3_file* file) {
  void volatile* region = nullptr;
  if (file->pMethods->iVersion < 2 ||
      file->pMethods->xShmMap(file, 0, kIndexRegion, 0, &region) != SQLITE_OK || region == nullptr)
    return std::nullopt;
  for (int i = 0; i < kTries; ++i) {
    Bytes both(2 * kIndexHeader, '\0');
    const auto* from = static_cast<const volatile unsigned char*>(region);
    for (std::size_t at = 0; at < kIndexHeader; ++at) both[at] = static_cast<char>(from[at]);
    file->pMethods->xShmBarrier(file);
    for (std::size_t at = kIndexHeader; at < both.size(); ++at) both[at] = static_cast<char>(from[at]);
    if (both.substr(0, kIndexHeader) == both.substr(kIndexHeader)) return both.substr(0, kIndexHeader);
    sqlite3_sleep(1);
  }
  return std::nullopt;
}

}  // namespace

Result<Snapshot> Snapshot::take(const std::filesystem::path& path) {
  Snapshot out;
  KOINON_ASSIGN(out.db_, Connection::open(path, {true, false, ""}));
  KOINON_TRY(out.db_.execute("BEGIN"));
  KOINON_TRY(out.db_.execute("SELECT count(*) FROM sqlite_schema"));  // from here on the transaction reads
  KOINON_TRY(out.find_pages());
  return out;
}

Status Snapshot::find_pages() {
  {
    auto size = db_.prepare("PRAGMA page_size");
    auto mode = db_.prepare("PRAGMA journal_mode");
    KOINON_ASSIGN(const bool has_size, size.step());
    KOINON_ASSIGN(const bool has_mode, mode.step());
    if (!has_size || !has_mode) return read_failed();
    page_bytes_ = static_cast<std::uint32_t>(size.integer(0));
    if (page_bytes_ < 512 || page_bytes_ > 65536) return read_failed();
    if (mode.text(0) == "wal") {
      KOINON_ASSIGN(sqlite3_file * file, file_of(db_.handle(), SQLITE_FCNTL_FILE_POINTER));
      const auto header = index_header(file);
      if (!header)
        return fail(Code::kUnavailable, "the database is in use by one program alone; try again", "store");
      salts_ = header->substr(32, kSaltBytes);
      pages_ = as_it_lies(*header, 20);
      KOINON_TRY(find_in_log(as_it_lies(*header, 16)));
    }
  }
  if (!log_.empty()) return {};
  // All is in the file, which nobody changes while the transaction reads.
  KOINON_ASSIGN(sqlite3_file * file, file_of(db_.handle(), SQLITE_FCNTL_FILE_POINTER));
  sqlite3_int64 bytes = 0;
  if (file->pMethods->xFileSize(file, &bytes) != SQLITE_OK) return read_failed();
  pages_ = static_cast<std::uint32_t>(bytes / page_bytes_);
  return {};
}

// The newest frame of each page. Our transaction keeps the log from being emptied. Where it began when all of
// the log stood in the file already, the log may begin anew once; then a frame has other salts, and the page
// is taken from the file, which stays as it is.
Status Snapshot::find_in_log(std::uint32_t frames) {
  if (frames == 0) return {};
  KOINON_ASSIGN(sqlite3_file * log, file_of(db_.handle(), SQLITE_FCNTL_JOURNAL_POINTER));
  Bytes header(kFrameHeader, '\0');
  for (std::uint32_t frame = 1; frame <= frames; ++frame) {
    const std::uint64_t at = kLogHeader + (frame - 1) * (kFrameHeader + page_bytes_);
    const int code = log->pMethods->xRead(log, header.data(), static_cast<int>(header.size()),
                                          static_cast<sqlite3_int64>(at));
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return read_failed();
    if (code != SQLITE_OK || BytesView(header).substr(8, kSaltBytes) != salts_) continue;
    log_[big_endian(header)] = frame;
  }
  return {};
}

// False: the frame is not the page's any more.
Result<bool> Snapshot::read_frame(std::uint32_t frame, std::uint32_t page, Bytes& into) {
  KOINON_ASSIGN(sqlite3_file * log, file_of(db_.handle(), SQLITE_FCNTL_JOURNAL_POINTER));
  Bytes bytes(kFrameHeader + page_bytes_, '\0');
  const std::uint64_t at = kLogHeader + (frame - 1) * std::uint64_t{bytes.size()};
  const int code =
      log->pMethods->xRead(log, bytes.data(), static_cast<int>(bytes.size()), static_cast<sqlite3_int64>(at));
  if (code == SQLITE_IOERR_SHORT_READ) return false;
  if (code != SQLITE_OK) return read_failed();
  if (big_endian(bytes) != page || BytesView(bytes).substr(8, kSaltBytes) != salts_) return false;
  // Who begins the log anew writes the header of a frame before its page. If the header is still the same,
  // the page was read before either.
  Bytes header(kFrameHeader, '\0');
  if (log->pMethods->xRead(log, header.data(), static_cast<int>(header.size()),
                           static_cast<sqlite3_int64>(at)) != SQLITE_OK)
    return read_failed();
  if (header != BytesView(bytes).substr(0, kFrameHeader)) return false;
  into = bytes.substr(kFrameHeader);
  return true;
}

Result<Bytes> Snapshot::read_page(std::uint32_t page) {
  Bytes out;
  if (const auto found = log_.find(page); found != log_.end()) {
    KOINON_ASSIGN(const bool there, read_frame(found->second, page, out));
    if (there) return out;
  }
  KOINON_ASSIGN(sqlite3_file * file, file_of(db_.handle(), SQLITE_FCNTL_FILE_POINTER));
  out.assign(page_bytes_, '\0');
  const int code = file->pMethods->xRead(file, out.data(), static_cast<int>(out.size()),
                                         (sqlite3_int64{page} - 1) * page_bytes_);
  // A page that was never written is zeroes: SQLite reads it so as well.
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return read_failed();
  return out;
}

Result<Bytes> Snapshot::read(std::uint64_t at, std::size_t count) {
  const std::uint64_t end = std::min(bytes(), at + count);
  Bytes out;
  while (at < end) {
    const auto page = static_cast<std::uint32_t>(at / page_bytes_);
    KOINON_ASSIGN(const Bytes whole, read_page(page + 1));
    const std::uint64_t inside = at % page_bytes_;
    const auto take = static_cast<std::size_t>(std::min(end - at, page_bytes_ - inside));
    out.append(whole, inside, take);
    at += take;
  }
  return out;
}

}  // namespace koinon::sqlite
