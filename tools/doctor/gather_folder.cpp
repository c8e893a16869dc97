// The data folder: modes, owners, keys, disk, configuration.
#include <array>
#include <fstream>
#include <map>

#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "crypto/key_file.h"
#include "crypto/secret_memory.h"
#include "node/daemon/clock_watch.h"
#include "node/daemon/config_place.h"
#include "node/daemon/config_secrets.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/part_options.h"
#include "proto/base/no_permission.h"
#include "tools/doctor/gather.h"

namespace koinon::doctor {
namespace {

constexpr unsigned kModes = 07777;

// File systems in the network, by the numbers of statfs(2).
const std::map<unsigned long, std::string>& network_file_systems() {
  static const std::map<unsigned long, std::string> kAll = {
      {0x6969, "nfs"}, {0xFF534D42, "cifs"}, {0xFE534D42, "smb2"}, {0x517B, "smb"}, {0x01021997, "9p"}};
  return kAll;
}

struct Facing {
  unsigned mode = 0;
  unsigned owner = 0;
  std::int64_t changed = 0;  // Unix time in seconds
};
std::optional<Facing> look(const std::filesystem::path& path) {
  struct stat what {};
  if (::stat(path.c_str(), &what) != 0) return std::nullopt;
  return Facing{what.st_mode & kModes, what.st_uid, what.st_mtim.tv_sec};
}

bool is_a_user(const std::string& name) { return !name.empty() && ::getpwnam(name.c_str()) != nullptr; }

bool begins_as_database(const std::filesystem::path& path) {
  static constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, 16> begin{};
  std::ifstream file(path, std::ios::binary);
  if (!file) return true;  // it is not ours to read
  file.read(begin.data(), begin.size());
  return file.gcount() == 0 ||
         std::string_view(begin.data(), begin.size()) == kMagic;  // 0: nothing is written yet
}

// As koinond looks at them when it starts.
std::vector<FileFacts::Secret> secrets_at_fault(const Config& config) {
  std::vector<Error> faults;
  check_secret_files(config, faults);
  std::vector<FileFacts::Secret> out;
  for (const Error& fault : faults) {
    const ConfigKey* key = find_config_key(fault.field);
    out.push_back({fault.field, key == nullptr ? std::string() : key->value(config), fault.message,
                   fault.code == Code::kRefused});
  }
  return out;
}

FileFacts file_facts(const DataFolder& folder, const Config& config) {
  FileFacts out;
  out.folder = folder.path().string();
  const auto facing = look(folder.path());
  if (facing) out.folder_mode = facing->mode;
  if (facing) out.owner = user_name(facing->owner);
  if (const std::string user = user_of_service(folder.path()); facing && is_a_user(user))
    out.service_user = user;
  out.folder_writable = (out.folder_mode & 0300) == 0300;
  for (const auto& database :
       {folder.store(), folder.index(), folder.office(), folder.witness(), folder.path() / "grace.db"}) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      const std::string path = database.string() + suffix;
      const auto file = look(path);
      if (!file) continue;
      out.databases.push_back({path, file->mode, facing && file->owner != facing->owner});
      if (std::string_view(suffix).empty() && !begins_as_database(path)) out.broken.push_back(path);
    }
  }
  out.secrets = secrets_at_fault(config);
  return out;
}

// A sealed key takes a second and 256 MiB: those are opened by koinond alone.
KeyFacts key_facts(const DataFolder& folder, const Config& config, DaemonFacts::State koinond) {
  KeyFacts out;
  const auto facing = look(folder.path());
  const auto sealed = keys_are_sealed(folder);
  out.sealed = sealed.ok() && *sealed;
  for (const char* role : {"node", "signing", "cosigner", "sealing"}) {
    const auto file = look(folder.key(role));
    if (!file) continue;
    KeyFacts::File key{folder.key(role).string(), file->mode, facing && file->owner != facing->owner, ""};
    const bool loose = (file->mode & 077) != 0;
    if (!out.sealed && !loose && !key.foreign) {
      auto seed = read_key_file(folder.key(role), role, "");
      if (!seed.ok()) key.fault = seed.error().message;
      if (seed.ok()) wipe(*seed);
    }
    out.files.push_back(std::move(key));
  }
  // A koinond that runs has opened them: it was given the passphrase, perhaps as a credential that it alone
  // sees. Of one that is down nobody here knows.
  if (!out.sealed || koinond != DaemonFacts::State::kDown || !config.passphrase_file.empty()) return out;
  auto credential = read_passphrase("");
  if (!credential.ok()) out.passphrase_fault = credential.error().text();
  out.passphrase_at_hand = !credential.ok() || !credential->empty();  // one that does not serve is there
  if (credential.ok()) wipe(*credential);
  return out;
}

DiskFacts disk_facts(const DataFolder& folder, const Config& config) {
  DiskFacts out;
  out.reserve_bytes = config.disk_reserve_bytes;
  out.alarm_bytes = alarm_rules(config).disk_free_bytes;
  out.store_most = config.store_max_bytes;
  std::error_code unknown;
  if (const auto size = std::filesystem::file_size(folder.store(), unknown); !unknown) out.store_bytes = size;
  struct statvfs room {};
  if (::statvfs(folder.path().c_str(), &room) == 0) {
    out.free_bytes = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    out.size_bytes = static_cast<std::uint64_t>(room.f_blocks) * room.f_frsize;
    out.free_files = room.f_favail;
    out.most_files = room.f_files;
    out.read_only = (room.f_flag & ST_RDONLY) != 0;
  }
  struct statfs kind {};
  if (::statfs(folder.path().c_str(), &kind) == 0) {
    const auto& all = network_file_systems();
    const auto found = all.find(static_cast<unsigned long>(kind.f_type) & 0xFFFFFFFFUL);
    if (found != all.end()) out.network = found->second;
  }
  return out;
}

std::vector<std::string> texts_of(const std::vector<Error>& errors) {
  std::vector<std::string> out;
  for (const Error& error : errors) out.push_back(error.text());
  return out;
}

// The one that runs has started with this file as it is, so it was given what the file needs.
bool has_started_with(const Wish& wish, const ConfigPlace& place, const std::optional<Answers>& answers) {
  if (!answers || !wish.config.empty()) return false;
  const auto file = look(place.file);
  return file && file->changed < answers->started;
}

// What is right of a file that is wrong counts here all the same.
ConfigurationFacts configuration_facts(const Wish& wish, const std::optional<Answers>& answers,
                                       Config& config) {
  ConfigurationFacts out;
  const DataFolder folder(wish.data);
  const ConfigPlace place = find_config(folder, wish.config);
  out.path = place.file.string();
  ConfigSources sources;
  sources.file = place.file;
  sources.file_is_named = place.is_named;
  ConfigRead read = read_config(folder.path().string(), sources);
  const std::vector<std::string> alone = texts_of(read.faults);
  for (const std::string& fault : alone) out.fault += (out.fault.empty() ? "" : "; ") + fault;
  // Files with secrets are told of with the other files.
  check_together(read, has_started_with(wish, place, answers) ? Credentials::kGiven : Credentials::kUnknown);
  out.refusals = texts_of(read.faults);
  out.refusals.erase(out.refusals.begin(), out.refusals.begin() + static_cast<std::ptrdiff_t>(alone.size()));
  out.doubts = texts_of(read.warnings);
  config = std::move(read.config);
  out.http_is_open = !config.http_listen.empty() && !is_loopback(config.http_listen);
  out.has_proxies = !config.http_proxies.empty();
  out.has_proxy_socket = !config.http_proxy_socket.empty();
  out.has_url = !config.http_url.empty();
  out.url_is_https = config.http_url.starts_with("https://");
  return out;
}

}  // namespace

void gather_folder(const Wish& wish, const std::optional<Answers>& answers, Facts& out, Config& config) {
  const DataFolder folder(wish.data);
  out.configuration = configuration_facts(wish, answers, config);
  out.files = file_facts(folder, config);
  out.keys = key_facts(folder, config, out.daemon.state);
  out.disk = disk_facts(folder, config);
  ClockFacts clock;
  clock.synchronised = kernel_is_synchronised();
  clock.offset_seconds = config.clock_offset_seconds;
  out.clock = std::move(clock);
}

}  // namespace koinon::doctor
