#include "node/daemon/mark_file.h"

#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "crypto/key_file.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kMarkBytes = 1024;
constexpr long kTmpfs = 0x01021994;
constexpr long kRamfs = 0x858458f6;

std::vector<std::filesystem::path> folders(const std::string& configured) {
  if (!configured.empty()) return {configured};
  std::vector<std::filesystem::path> out{"/run/koinon"};
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/')
    out.push_back(std::filesystem::path(runtime) / "koinon");
  out.push_back("/dev/shm/koinon-" + std::to_string(::geteuid()));
  return out;
}

// Ours alone, and gone with the machine's memory.
Status check_folder(const std::filesystem::path& folder) {
  (void)::mkdir(folder.c_str(), 0700);
  struct stat what {};
  if (::lstat(folder.c_str(), &what) != 0 || !S_ISDIR(what.st_mode))
    return fail(Code::kIo, "the folder of the mark cannot be made", folder.string());
  if (what.st_uid != ::geteuid() || (what.st_mode & 077) != 0)
    return fail(Code::kRefused, "the folder of the mark is not this user's alone", folder.string());
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0 || (system.f_type != kTmpfs && system.f_type != kRamfs))
    return fail(Code::kRefused, "the folder of the mark does not lie in memory (tmpfs)", folder.string());
  return {};
}

std::optional<Mark> read_mark(const std::filesystem::path& path) {
  const auto text = read_file(path, kMarkBytes);
  if (!text.ok()) return std::nullopt;
  auto mark = parse_mark(*text);
  return mark.ok() ? std::optional(*mark) : std::nullopt;
}

}  // namespace

Result<MarkFile> MarkFile::open(const std::string& folder, const LogId& log) {
  std::optional<Error> why;
  std::vector<std::filesystem::path> others;
  std::filesystem::path chosen;
  for (const std::filesystem::path& candidate : folders(folder)) {
    const std::filesystem::path path = candidate / to_text(log);
    const Status usable = chosen.empty() ? check_folder(candidate) : Status();
    if (!chosen.empty()) {
      others.push_back(path);
    } else if (usable.ok()) {
      chosen = path;
    } else if (!why) {
      why = usable.error();
    }
  }
  if (chosen.empty()) return *why;
  const std::string lock_path = chosen.string() + ".lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return fail(Code::kIo, "the lock of the mark cannot be made", lock_path);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(Code::kUnavailable, "another node of this log runs on this machine", lock_path);
  }
  return MarkFile(std::move(chosen), std::move(others), lock);
}

MarkFile::MarkFile(MarkFile&& other) noexcept
    : path_(std::move(other.path_)),
      others_(std::move(other.others_)),
      lock_(std::exchange(other.lock_, -1)) {}

MarkFile::~MarkFile() {
  if (lock_ >= 0) ::close(lock_);
}

std::optional<Mark> MarkFile::read() const {
  if (auto mark = read_mark(path_); mark) return mark;
  for (const auto& other : others_) {
    if (auto mark = read_mark(other); mark) return mark;
  }
  return std::nullopt;
}

Status MarkFile::write(const Mark& mark) {
  const Status written = write_private_file(path_, mark_text(mark));
  for (const auto& other : others_) (void)::unlink(other.c_str());
  others_.clear();
  if (written.ok() || ::unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
  return fail(Code::kIo, "the mark can be neither written nor removed", path_.string());
}

}  // namespace koinon
