#include "storage/backup/node_files.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <system_error>

#include <sys/statvfs.h>

#include "crypto/key_file.h"
#include "proto/base/limits.h"
#include "proto/base/no_permission.h"

namespace koinon::backup {
namespace {

constexpr const char* kStore = "store.db";
constexpr int kKeyLooks = 5;

Result<bool> is_there(const std::filesystem::path& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) return false;
  if (error) {
    const std::string why = is_no_permission(error.value())
                                ? ": " + why_refused_to_node(path, path.parent_path())
                                : std::string();
    return fail(Code::kRefused, "it cannot be looked at (" + error.message() + ")" + why, path.string());
  }
  return true;
}

// A witness that was put back has forgotten what it cosigned since. So its key is in no backup, nor is what
// it cosigned: the node that is put back makes another witness.
constexpr const char* kWitnessKey = "witness.key";

// By name, in order.
Result<std::map<std::string, Bytes>> read_keys(const std::filesystem::path& data) {
  std::map<std::string, Bytes> out;
  std::error_code error;
  std::filesystem::directory_iterator all(data / "keys", error);
  if (error)
    return fail(Code::kIo, "the keys cannot be looked at: " + error.message(), (data / "keys").string());
  for (const auto& file : all) {
    const std::string name = file.path().filename().string();
    const bool is_identity = name == "identity";
    if (file.path().extension() != ".key" && !is_identity) continue;
    if (name == kWitnessKey) continue;
    const std::size_t most = is_identity ? limits::kKeyHistoryBytes : limits::kBackupKeyFileBytes;
    KOINON_ASSIGN(out["keys/" + name], koinon::read_kept_file(file.path(), most));
  }
  return out;
}

}  // namespace

Result<NodeFiles> NodeFiles::open(const std::filesystem::path& data) {
  KOINON_ASSIGN(const bool there, is_there(data / kStore));
  if (!there)
    return fail(Code::kNotFound, "no node lives there: it has no " + std::string(kStore), data.string());
  // The store is looked at last. Where it names a new signing key, the key must be here as well.
  for (int tries = 0; tries < kKeyLooks; ++tries) {
    NodeFiles out;
    KOINON_ASSIGN(const auto keys, read_keys(data));
    for (const auto& [name, bytes] : keys) out.add(name, bytes);
    KOINON_TRY(out.add_small(data, "koinond.toml"));
    for (const char* name : {"office.db", "index.db", kStore}) KOINON_TRY(out.add_database(data, name));
    KOINON_ASSIGN(const auto after, read_keys(data));
    if (keys == after) return out;
  }
  return fail(Code::kUnavailable, "its keys are being changed; run this again", (data / "keys").string());
}

void NodeFiles::add(const std::string& name, const Bytes& bytes) {
  files_.push_back({name, bytes.size(), [bytes](std::uint64_t at, std::size_t count) -> Result<Bytes> {
                      return bytes.substr(std::min<std::uint64_t>(at, bytes.size()), count);
                    }});
}

Status NodeFiles::add_small(const std::filesystem::path& data, const std::string& name) {
  KOINON_ASSIGN(const bool there, is_there(data / name));
  if (!there) return {};
  KOINON_ASSIGN(const Bytes bytes, koinon::read_kept_file(data / name, limits::kBackupKeyFileBytes));
  add(name, bytes);
  return {};
}

Status NodeFiles::add_database(const std::filesystem::path& data, const std::string& name) {
  KOINON_ASSIGN(const bool there, is_there(data / name));
  if (!there) return {};
  KOINON_ASSIGN(sqlite::Snapshot taken, sqlite::Snapshot::take(data / name));
  const auto snapshot = std::make_shared<sqlite::Snapshot>(std::move(taken));
  files_.push_back({name, snapshot->bytes(),
                    [snapshot](std::uint64_t at, std::size_t count) { return snapshot->read(at, count); }});
  return {};
}

NodeRoom::NodeRoom(std::filesystem::path data, std::uint64_t free_bytes)
    : data_(std::move(data)), least_(std::min<std::uint64_t>(limits::kBackupNodeRoom, free_bytes / 2)) {}

// Where it cannot be known, there is enough.
std::uint64_t NodeRoom::free_of(const std::filesystem::path& data) {
  struct statvfs system {};
  if (::statvfs(data.c_str(), &system) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{system.f_bavail} * system.f_frsize;
}

Status NodeRoom::check(std::uint64_t free_bytes) const {
  if (free_bytes >= least_) return {};
  return fail(
      Code::kDiskFull,
      "the node's own disk has only " + std::to_string(free_bytes / limits::kMiB) +
          " MiB left, and while a backup runs it keeps all that arrives; make room there, then run the "
          "same command again: it goes on",
      data_.string());
}

}  // namespace koinon::backup
