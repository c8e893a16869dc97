#include "node/daemon/data_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "crypto/key_file.h"
#include "node/daemon/service_manager.h"
#include "proto/base/encoding.h"
#include "proto/base/no_permission.h"
#include "proto/base/no_room.h"
#include "storage/store/sqlite_store.h"

namespace koinon {
namespace {

constexpr std::size_t kPassphraseBytes = 4096;
constexpr std::array<const char*, 3> kCityKeys = {"keys/signing.key", "keys/cosigner.key",
                                                  "keys/sealing.key"};
constexpr const char* kNodeKey = "keys/node.key";
constexpr const char* kPackagedFolder = "/var/lib/koinon";
constexpr const char* kPackagedConfig = "/etc/koinon/koinond.toml";
constexpr const char* kStore = "store.db";
// What a node makes anew where it is missing, but what is somebody's all the same where it is there.
constexpr std::array<const char*, 12> kOthers = {"store.db-wal",
                                                 "office.db",
                                                 "office.db-wal",
                                                 "index.db",
                                                 "instance-token",
                                                 "keys/identity",
                                                 "keys/signing-next.key",
                                                 "keys/cosigner-next.key",
                                                 "keys/node-next.key",
                                                 "keys/witness.key",
                                                 "witness.db",
                                                 "witness.db-wal"};

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

const char* role_of(KeyFile which) {
  switch (which) {
    case KeyFile::kSigning:
      return "signing";
    case KeyFile::kCosigner:
      return "cosigner";
    case KeyFile::kNode:
      break;
  }
  return "node";
}

std::filesystem::path next_path(const DataFolder& folder, KeyFile which) {
  return folder.key(std::string(role_of(which)) + "-next");
}

Result<std::optional<SigningKey>> read_next_key(const DataFolder& folder, KeyFile which,
                                                std::string_view passphrase) {
  std::error_code ignored;
  const auto path = next_path(folder, which);
  if (!std::filesystem::exists(path, ignored)) return std::optional<SigningKey>();
  KOINON_ASSIGN(Bytes seed, read_key_file(path, role_of(which), passphrase));
  const SigningKey key = SigningKey::from_seed(seed, KeyMemory::kLocked);
  wipe(seed);
  return std::optional(key);
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::filesystem::path DataFolder::config() const {
  std::error_code unknown;
  const std::filesystem::path packaged = kPackagedConfig;
  if (is_packaged() && std::filesystem::exists(packaged, unknown)) return packaged;
  return path_ / "koinond.toml";
}

bool DataFolder::is_packaged() const {
  return (path_ / "").lexically_normal() == std::filesystem::path(kPackagedFolder) / "";
}

Result<DataFolder::Contents> DataFolder::contents(bool store_on_server) const {
  Contents out;
  const auto is_here = [&](const std::string& name) -> Result<bool> {
    std::error_code error;
    const auto status = std::filesystem::status(path_ / name, error);
    if (status.type() == std::filesystem::file_type::not_found) return false;
    if (!error) return true;
    const std::string why =
        is_no_permission(error.value()) ? ": " + why_refused_to_node(path_ / name, path_) : std::string();
    return fail(Code::kRefused, "the data folder cannot be looked into (" + error.message() + ")" + why,
                path_.string());
  };
  KOINON_ASSIGN(out.unfinished, is_here(unfinished().filename()));
  bool has_city_keys = false;
  for (const char* name : kCityKeys) {
    KOINON_ASSIGN(const bool here, is_here(name));
    if (here) out.found.emplace_back(name);
    has_city_keys = has_city_keys || here;
  }
  // An observer has none of a city's keys, and lacks nothing by that.
  if (has_city_keys) {
    for (const char* name : kCityKeys) {
      if (!holds(out.found, name)) out.missing.emplace_back(name);
    }
  }
  for (const char* name : {kNodeKey, kStore}) {
    KOINON_ASSIGN(const bool here, is_here(name));
    (here ? out.found : out.missing).emplace_back(name);
  }
  if (store_on_server) std::erase(out.missing, kStore);
  std::vector<std::string> others(kOthers.begin(), kOthers.end());
  others.push_back(grace_file(kStore).string());
  for (const std::string& name : others) {
    KOINON_ASSIGN(const bool here, is_here(name));
    if (here) out.found.push_back(name);
  }
  return out;
}

Status DataFolder::check_node(bool store_on_server) const {
  KOINON_ASSIGN(const Contents have, contents(store_on_server));
  const std::string where = path_.string();
  if (have.unfinished)
    return fail(Code::kRefused, "koinon init was cut short in " + where + "; run it again", where);
  std::error_code unknown;
  if (!have.missing.empty() && std::filesystem::exists(reader_mark(), unknown))
    return fail(Code::kRefused,
                where +
                    " is the folder of a reader, which has no keys and no store, and lacks nothing by that. "
                    "koinond runs there with reader = true; its log and GET /readyz say how it is. All else "
                    "is done where the node is that publishes",
                where);
  if (have.found.empty())
    return fail(Code::kNotFound,
                "no node lives in " + where +
                    ". If one did: put its backup back (koinon restore), or take its log back with the "
                    "recovery words (koinon recover). If it lives elsewhere, name its folder with --data. A "
                    "new city's node: koinon init --name NAME --display-name CITY --data " +
                    where,
                where);
  if (have.missing.empty()) return {};
  const bool store_is_missing = holds(have.missing, kStore);
  return fail(Code::kRefused,
              where + " lacks " + listed(have.missing) + " (" + listed(have.found) + " are there); put " +
                  (store_is_missing ? "the store back from its backup, see RUNBOOK, \"Restore\""
                                    : "the keys back from their backup") +
                  ". koinon init makes another city, not this one",
              where);
}

Status DataFolder::set_aside() const {
  KOINON_ASSIGN(const Contents have, contents());
  if (have.found.empty()) return {};
  const std::filesystem::path aside = path_ / ("set-aside-" + to_hex(random_bytes(4)));
  std::error_code error;
  std::filesystem::create_directories(aside / "keys", error);
  for (const std::string& name : have.found) {
    if (!error) std::filesystem::rename(path_ / name, aside / name, error);
  }
  if (error)
    return fail(Code::kIo, "what is left of an init cannot be moved: " + error.message(), aside.string());
  return {};
}

Result<FolderLock> FolderLock::take(const DataFolder& folder) {
  const int descriptor = ::open(folder.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    const int number = errno;
    const std::string why = is_no_permission(number)
                                ? ": " + why_refused_to_node(folder.lock_file(), folder.path())
                                : std::string();
    return fail(is_no_room(number) ? Code::kDiskFull : Code::kIo,
                "the data folder cannot be used: " + std::generic_category().message(number) + why,
                folder.path().string());
  }
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::kRefused, "another koinond or koinon uses this data folder; stop it first",
                folder.path().string());
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

CityKeys generate_city_keys() {
  return {SigningKey::generate(), SigningKey::generate(), SealingSecret::generate()};
}

Status write_keys(const DataFolder& folder, const NodeKeys& keys, std::string_view passphrase) {
  if (keys.city) {
    const CityKeys& city = *keys.city;
    KOINON_TRY(write_key_file(folder.key("signing"), "signing", city.signing.seed(), passphrase));
    KOINON_TRY(write_key_file(folder.key("cosigner"), "cosigner", city.cosigner.seed(), passphrase));
    KOINON_TRY(write_key_file(folder.key("sealing"), "sealing", city.sealing.seed(), passphrase));
  }
  return write_key_file(folder.key("node"), "node", keys.node.seed(), passphrase);
}

Result<NodeKeys> read_keys(const DataFolder& folder, std::string_view passphrase) {
  const auto read = [&](const char* role,
                        auto make) -> Result<decltype(make(BytesView(), KeyMemory::kLocked))> {
    KOINON_ASSIGN(Bytes seed, read_key_file(folder.key(role), role, passphrase));
    auto key = make(seed, KeyMemory::kLocked);
    wipe(seed);
    return key;
  };
  KOINON_ASSIGN(const SigningKey node, read("node", SigningKey::from_seed));
  NodeKeys keys{node, std::nullopt};
  std::error_code ignored;
  if (!std::filesystem::exists(folder.key("signing"), ignored)) return keys;
  KOINON_ASSIGN(keys.next_node, read_next_key(folder, KeyFile::kNode, passphrase));
  KOINON_ASSIGN(const SigningKey signing, read("signing", SigningKey::from_seed));
  KOINON_ASSIGN(const SigningKey cosigner, read("cosigner", SigningKey::from_seed));
  KOINON_ASSIGN(const SealingSecret sealing, read("sealing", SealingSecret::from_seed));
  keys.city = {signing, cosigner, sealing};
  KOINON_ASSIGN(keys.city->next_signing, read_next_key(folder, KeyFile::kSigning, passphrase));
  KOINON_ASSIGN(keys.city->next_cosigner, read_next_key(folder, KeyFile::kCosigner, passphrase));
  return keys;
}

Status write_next_key(const DataFolder& folder, KeyFile which, const SigningKey& next,
                      std::string_view passphrase) {
  std::error_code ignored;
  const auto path = next_path(folder, which);
  if (std::filesystem::exists(path, ignored))
    return fail(Code::kConflict, "a key lies there already", path.string());
  return write_key_file(path, role_of(which), next.seed(), passphrase);
}

Status put_next_key(const DataFolder& folder, KeyFile which) {
  return replace_file(next_path(folder, which), folder.key(role_of(which)));
}

Result<bool> keys_are_sealed(const DataFolder& folder) { return key_file_is_sealed(folder.key("node")); }

Result<std::string> read_passphrase(const std::string& file) {
  std::filesystem::path path = file;
  if (path.empty()) {
    auto given = credential("passphrase");
    if (!given) given = credential("koinon-passphrase");  // as it was called before
    if (!given) return std::string();
    path = *given;
  }
  KOINON_ASSIGN(std::string text, read_secret_file(path, kPassphraseBytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return fail(Code::kInvalidArgument, "the passphrase file is empty", path.string());
  return text;
}

Result<OpenedKeys> open_keys(const DataFolder& folder, const std::string& passphrase_file) {
  KOINON_ASSIGN(const bool sealed, keys_are_sealed(folder));
  std::string passphrase;
  if (sealed) {
    KOINON_ASSIGN(passphrase, read_passphrase(passphrase_file));
    if (passphrase.empty())
      return fail(Code::kRefused,
                  Sentence{"key.no_passphrase",
                           "the keys are sealed, and the passphrase is not at hand; the key stays as it is"});
  }
  KOINON_ASSIGN(NodeKeys keys, read_keys(folder, passphrase));
  return OpenedKeys{std::move(keys), std::move(passphrase)};
}

namespace {

const std::optional<SigningKey>& next_of(const NodeKeys& keys, const CityKeys& city, KeyFile which) {
  switch (which) {
    case KeyFile::kSigning:
      return city.next_signing;
    case KeyFile::kCosigner:
      return city.next_cosigner;
    case KeyFile::kNode:
      break;
  }
  return keys.next_node;
}

}  // namespace

Result<SigningKey> next_key(const DataFolder& folder, KeyFile which, const std::string& passphrase_file,
                            const PublicKey& counts) {
  KOINON_ASSIGN(const OpenedKeys open, open_keys(folder, passphrase_file));
  if (!open.keys.city) return fail(Code::kInternal, "the city's keys are missing", "keys");
  const auto& there = next_of(open.keys, *open.keys.city, which);
  if (there && there->public_key() != counts) return *there;
  if (there) KOINON_TRY(put_next_key(folder, which));
  const SigningKey next = SigningKey::generate();
  KOINON_TRY(write_next_key(folder, which, next, open.passphrase));
  return next;
}

}  // namespace koinon
