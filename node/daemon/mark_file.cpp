#include "node/daemon/mark_file.h"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

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

// Ours alone, and gone with the machine's memory.
Status check_folder(const std::filesystem::path& folder) {
  struct stat what {};
  if (::lstat(folder.c_str(), &what) != 0 || !S_ISDIR(what.st_mode))
    return fail(Code::kIo, "the folder of the mark is not there, and cannot be made", folder.string());
  if (what.st_uid != ::geteuid() || (what.st_mode & 077) != 0)
    return fail(Code::kRefused, "the folder of the mark is not this user's alone", folder.string());
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0 || (system.f_type != kTmpfs && system.f_type != kRamfs))
    return fail(Code::kRefused, "the folder of the mark does not lie in memory (tmpfs)", folder.string());
  return {};
}

std::optional<Mark> read_mark(const std::filesystem::path& path) {
  struct stat what {};
  if (::lstat(path.c_str(), &what) != 0 || !S_ISREG(what.st_mode) || what.st_uid != ::geteuid())
    return std::nullopt;
  const auto text = read_file(path, kMarkBytes);
  if (!text.ok()) return std::nullopt;
  auto mark = parse_mark(*text);
  return mark.ok() ? std::optional(*mark) : std::nullopt;
}

bool is_ours(const std::filesystem::path& path) {
  struct stat what {};
  return ::lstat(path.c_str(), &what) == 0 && what.st_uid == ::geteuid();
}

// One that is there still, and that a later run would read, is an error. Another user's is not read, nor is
// any in a folder of another user.
Status remove_mark(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  // A file system that is read-only says so before it looks whether anything is there.
  struct stat what {};
  if (::lstat(path.c_str(), &what) != 0 && errno == ENOENT) return {};
  if (!is_ours(path) && !is_ours(path.parent_path())) return {};
  return fail(
      Code::kConflict,
      Sentence{"signing.mark",
               "nothing is signed: the mark of what was signed last can be neither written nor removed, "
               "and would agree with an old copy of this node; remove {file}",
               {{"file", path.string()}}},
      path.string());
}

std::filesystem::path lock_of(const std::filesystem::path& mark) { return mark.string() + ".lock"; }

// Whether another process goes by the mark there.
bool is_in_use(const std::filesystem::path& mark) {
  const int lock = ::open(lock_of(mark).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0) return false;
  const bool held = ::flock(lock, LOCK_EX | LOCK_NB) != 0;
  ::close(lock);
  return held;
}

struct Places {
  std::optional<std::filesystem::path> chosen;  // the folder of the mark
  std::vector<std::filesystem::path> others;    // folders in which an earlier run may have left one
  std::optional<Error> why;                     // none is chosen
};

Places choose(const std::string& configured, std::vector<std::filesystem::path> all) {
  Places out;
  const std::vector<std::filesystem::path> usable =
      configured.empty() ? all : std::vector<std::filesystem::path>{configured};
  for (const auto& folder : usable) {
    (void)::mkdir(folder.c_str(), 0700);
    const Status checked = check_folder(folder);
    if (checked.ok()) {
      out.chosen = folder;
      break;
    }
    if (!out.why) out.why = checked.error();
  }
  if (!configured.empty()) all.emplace_back(configured);
  for (const auto& folder : all) {
    std::error_code not_there;
    if (!out.chosen || !std::filesystem::equivalent(folder, *out.chosen, not_there))
      out.others.push_back(folder);
  }
  return out;
}

Error in_use(const std::filesystem::path& mark) {
  return fail(Code::kUnavailable, "another node of this log runs on this machine", lock_of(mark).string());
}

// The one mark that was left elsewhere. Of two nobody knows which is the newer.
std::optional<Mark> left_in(const std::vector<std::filesystem::path>& folders, const std::string& name) {
  std::optional<Mark> out;
  for (const auto& folder : folders) {
    const auto mark = check_folder(folder).ok() ? read_mark(folder / name) : std::nullopt;
    if (mark && out) return std::nullopt;
    if (mark) out = mark;
  }
  return out;
}

}  // namespace

// The manager names one folder, or several with colons between them, of which the first counts. A service of
// several on one machine has its mark there: /run/koinon is of the one that has no name.
std::vector<std::filesystem::path> MarkFile::usual_folders() {
  std::vector<std::filesystem::path> out;
  if (const char* given = std::getenv("RUNTIME_DIRECTORY"); given != nullptr && *given == '/') {
    const std::string_view folders = given;
    out.emplace_back(folders.substr(0, folders.find(':')));
  }
  if (out.empty() || out.front() != "/run/koinon") out.emplace_back("/run/koinon");
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/')
    out.push_back(std::filesystem::path(runtime) / "koinon");
  out.push_back("/dev/shm/koinon-" + std::to_string(::geteuid()));
  return out;
}

Result<MarkFile> MarkFile::open(const std::string& folder, const LogId& log,
                                std::vector<std::filesystem::path> usual) {
  return open_named(folder, to_text(log), std::move(usual));
}

Result<MarkFile> MarkFile::open(const std::string& folder, const PublicKey& witness,
                                std::vector<std::filesystem::path> usual) {
  return open_named(folder, "witness-" + to_hex(witness.view()), std::move(usual));
}

Result<MarkFile> MarkFile::open_named(const std::string& folder, const std::string& name,
                                      std::vector<std::filesystem::path> usual) {
  const Places places = choose(folder, std::move(usual));
  for (const auto& other : places.others) {
    if (is_in_use(other / name)) return in_use(other / name);
  }
  if (!places.chosen) {
    // A run without a mark signs too.
    for (const auto& other : places.others) KOINON_TRY(remove_mark(other / name));
    return *places.why;
  }
  const std::filesystem::path path = *places.chosen / name;
  const int lock = ::open(lock_of(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    for (const auto& other : places.others) KOINON_TRY(remove_mark(other / name));
    KOINON_TRY(remove_mark(path));
    return fail(Code::kIo, "the lock of the mark cannot be made", lock_of(path).string());
  }
  MarkFile out(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) return in_use(path);
  // One that cannot be taken over is lost: the peers are asked.
  if (const auto left = folder.empty() && !out.read() ? left_in(places.others, name) : std::nullopt; left)
    (void)out.write(*left);
  for (const auto& other : places.others) {
    if (const Status removed = remove_mark(other / name); !removed.ok()) {
      (void)out.remove();
      return removed.error();
    }
  }
  return out;
}

Status MarkFile::remove_all(const std::string& folder, const LogId& log,
                            std::vector<std::filesystem::path> usual) {
  if (!folder.empty()) usual.emplace_back(folder);
  for (const auto& one : usual) {
    if (is_in_use(one / to_text(log))) return in_use(one / to_text(log));
    KOINON_TRY(remove_mark(one / to_text(log)));
  }
  return {};
}

MarkFile::MarkFile(MarkFile&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

MarkFile::~MarkFile() {
  if (lock_ >= 0) ::close(lock_);
}

std::optional<Mark> MarkFile::read() const { return read_mark(path_); }

// Since the start, the folder may have been opened to others, or replaced by one on a disk.
Status MarkFile::write(const Mark& mark) {
  KOINON_TRY(check_folder(path_.parent_path()));
  return write_private_file(path_, mark_text(mark));
}

Status MarkFile::remove() { return remove_mark(path_); }

}  // namespace koinon
