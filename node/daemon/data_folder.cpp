#include "node/daemon/data_folder.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "crypto/key_file.h"

namespace koinon {
namespace {
constexpr std::size_t kPassphraseBytes = 4096;
}

bool DataFolder::is_initialised() const {
  std::error_code ignored;
  return std::filesystem::exists(store(), ignored) && std::filesystem::exists(key("node"), ignored);
}

Result<FolderLock> FolderLock::take(const DataFolder& folder) {
  const int descriptor = ::open(folder.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fail(Code::kIo, "the data folder cannot be used: " + std::generic_category().message(errno),
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
  KOINON_ASSIGN(const Bytes node, read_key_file(folder.key("node"), "node", passphrase));
  NodeKeys keys{SigningKey::from_seed(node), std::nullopt};
  std::error_code ignored;
  if (!std::filesystem::exists(folder.key("signing"), ignored)) return keys;
  KOINON_ASSIGN(const Bytes signing, read_key_file(folder.key("signing"), "signing", passphrase));
  KOINON_ASSIGN(const Bytes cosigner, read_key_file(folder.key("cosigner"), "cosigner", passphrase));
  KOINON_ASSIGN(const Bytes sealing, read_key_file(folder.key("sealing"), "sealing", passphrase));
  keys.city = {SigningKey::from_seed(signing), SigningKey::from_seed(cosigner),
               SealingSecret::from_seed(sealing)};
  return keys;
}

Result<bool> keys_are_sealed(const DataFolder& folder) { return key_file_is_sealed(folder.key("node")); }

Result<std::string> read_passphrase(const std::string& file) {
  std::filesystem::path path = file;
  if (path.empty()) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (credentials == nullptr) return std::string();
    path = std::filesystem::path(credentials) / "koinon-passphrase";
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::string();
  }
  KOINON_ASSIGN(std::string text, read_file(path, kPassphraseBytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return fail(Code::kInvalidArgument, "the passphrase file is empty", path.string());
  return text;
}

}  // namespace koinon
