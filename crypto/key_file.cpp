#include "crypto/key_file.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"
#include "proto/base/no_permission.h"
#include "proto/base/no_room.h"

namespace koinon {
namespace {

constexpr std::string_view kMagic = "koinon-key/v1 ";
constexpr std::string_view kSealedMagic = "koinon-key/v2 ";  // with v1 a guess at the passphrase cost less
constexpr std::size_t kKeyFileLimit = 4096;
constexpr std::size_t kKeyFileNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kKeyFileSalt = crypto_pwhash_argon2id_SALTBYTES;

Error io_error(const std::filesystem::path& path, std::string_view what) {
  const int number = errno;
  return fail(is_no_room(number) ? Code::kDiskFull
              : number == ENOENT ? Code::kNotFound
                                 : Code::kIo,
              std::string(what) + (is_no_room(number) ? ": there is no room" : "") + ": " +
                  std::generic_category().message(number) +
                  (is_no_permission(number) ? ": " + why_refused(path) : std::string()),
              path.string());
}

Error not_for_us(const std::filesystem::path& path, const std::string& why) {
  return fail(Code::kIo, "it could not be opened: " + std::generic_category().message(EACCES) + ": " + why,
              path.string());
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Status write_all(int fd, BytesView bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(path, "it could not be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// What one guess at the passphrase costs. Somebody with a copy of a key file may guess for years on many
// machines.
struct Cost {
  unsigned long long operations;
  std::size_t memory;
};
constexpr Cost kCost = {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};
constexpr Cost kOldCost = {crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE};

Result<Bytes> derive(std::string_view passphrase, BytesView salt, const Cost& cost) {
  Bytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES, '\0');
  if (crypto_pwhash(raw(key), key.size(), passphrase.data(), passphrase.size(), raw(salt), cost.operations,
                    cost.memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(Code::kUnavailable, "there is not enough memory (256 MiB) to derive the key", "passphrase");
  }
  return key;
}

// First line: magic, role, "plain" or "sealed". Second line: base64 of the seed, or of salt, nonce and box.
std::string plain_header(std::string_view role) {
  return std::string(kMagic) + std::string(role) + " plain\n";
}
std::string sealed_header(std::string_view role, std::string_view magic = kSealedMagic) {
  return std::string(magic) + std::string(role) + " sealed\n";
}

Result<Bytes> seal(BytesView seed, std::string_view passphrase, std::string_view head) {
  const Bytes salt = random_bytes(kKeyFileSalt);
  const Bytes nonce = random_bytes(kKeyFileNonce);
  KOINON_ASSIGN(Bytes key, derive(passphrase, salt, kCost));
  Bytes box(seed.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(box), nullptr, raw(seed), seed.size(), raw(head),
                                             head.size(), nullptr, raw(nonce), raw(key));
  wipe(key);
  return salt + nonce + box;
}

Result<Bytes> unseal(BytesView sealed, std::string_view passphrase, std::string_view head,
                     const std::string& path) {
  if (passphrase.empty()) return fail(Code::kRefused, "the key is sealed; give its passphrase", path);
  if (sealed.size() !=
      kKeyFileSalt + kKeyFileNonce + kSeedBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES) {
    return fail(Code::kMalformed, "it is not a sealed key file", path);
  }
  const Cost& cost = head.starts_with(kSealedMagic) ? kCost : kOldCost;
  KOINON_ASSIGN(Bytes key, derive(passphrase, sealed.substr(0, kKeyFileSalt), cost));
  Bytes seed(kSeedBytes, '\0');
  const BytesView box = sealed.substr(kKeyFileSalt + kKeyFileNonce);
  const bool opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
                          raw(seed), nullptr, nullptr, raw(box), box.size(), raw(head), head.size(),
                          raw(sealed.substr(kKeyFileSalt, kKeyFileNonce)), raw(key)) == 0;
  wipe(key);
  if (!opened) {
    return fail(Code::kRefused, "the passphrase is wrong, or the file was changed", path);
  }
  return seed;
}

Status sync_folder_of(const std::filesystem::path& path) {
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return io_error(path, "its folder could not be synced");
  return {};
}

}  // namespace

Status write_private_file(const std::filesystem::path& path, BytesView bytes) {
  std::filesystem::path temporary = path;
  temporary += "." + to_hex(random_bytes(6)) + ".tmp";
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return io_error(temporary, "it could not be created");
    Status status = write_all(file.get(), bytes, temporary);
    if (status.ok() && ::fsync(file.get()) != 0) status = io_error(temporary, "it could not be synced");
    if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
      status = io_error(path, "it could not be put in place");
    }
    if (!status.ok()) {
      ::unlink(temporary.c_str());
      return status;
    }
  }
  return sync_folder_of(path);
}

Status remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0) return io_error(path, "it could not be removed");
  return sync_folder_of(path);
}

Status replace_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return io_error(from, "it could not be put in place");
  return sync_folder_of(to);
}

namespace {

Result<Bytes> read_all(int file, const std::filesystem::path& path, std::size_t limit) {
  Bytes out;
  Bytes buffer(std::min<std::size_t>(limit + 1, 65536), '\0');
  while (true) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path, "it could not be read");
    if (got == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
    if (out.size() > limit) {
      return fail(Code::kTooLarge, "it has more than " + std::to_string(limit) + " bytes", path.string());
    }
  }
}

bool is_handed_over(const std::filesystem::path& path) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  return credentials != nullptr && *credentials != '\0' && path.parent_path() == credentials;
}

Status check_private(int file, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(file, &info) != 0) return io_error(path, "it could not be looked at");
  const unsigned loose = info.st_uid == 0 ? 0037 : 0077;
  if (!S_ISREG(info.st_mode) || (info.st_mode & loose) == 0 || is_handed_over(path)) return {};
  return fail(Code::kRefused, "others may read this file; run: chmod 600 " + path.string(), path.string());
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return io_error(path, "it could not be opened");
  return read_all(file.get(), path, limit);
}

Result<Bytes> read_kept_file(const std::filesystem::path& path, std::size_t limit) {
  struct stat info {};
  const Error no_file = fail(Code::kRefused, "it is no file", path.string());
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return no_file;
  // Another may be put in its place between the two looks.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return io_error(path, "it could not be opened");
  if (::fstat(file.get(), &info) != 0) return io_error(path, "it could not be looked at");
  if (!S_ISREG(info.st_mode)) return no_file;
  return read_all(file.get(), path, limit);
}

Result<Bytes> read_secret_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && is_no_permission(errno)) return not_for_us(path, why_refused_to_reader(path));
  if (file.get() < 0) return io_error(path, "it could not be opened");
  KOINON_TRY(check_private(file.get(), path));
  return read_all(file.get(), path, limit);
}

Status write_key_file(const std::filesystem::path& path, std::string_view role, BytesView seed,
                      std::string_view passphrase) {
  const bool sealed = !passphrase.empty();
  const std::string head = sealed ? sealed_header(role) : plain_header(role);
  Bytes content(seed);
  if (sealed) {
    KOINON_ASSIGN(content, seal(seed, passphrase, head));
  }
  Bytes text = head + to_base64(content) + "\n";
  const Status written = write_private_file(path, text);
  wipe(content);
  wipe(text);
  return written;
}

namespace {

Result<Bytes> read_key_bytes(const std::filesystem::path& path) {
  auto bytes = read_kept_file(path, kKeyFileLimit);
  if (bytes.ok() || !may_not_read(path)) return bytes;
  return not_for_us(path, why_refused_to_node(path, path.parent_path().parent_path()));
}

}  // namespace

Result<bool> key_file_is_sealed(const std::filesystem::path& path) {
  KOINON_ASSIGN(const Bytes bytes, read_key_bytes(path));
  return bytes.substr(0, bytes.find('\n')).ends_with(" sealed");
}

namespace {

Result<Bytes> read_key_text(BytesView bytes, std::string_view role, std::string_view passphrase,
                            const std::filesystem::path& path) {
  const auto line_end = bytes.find('\n');
  const std::string head(bytes.substr(0, line_end == BytesView::npos ? 0 : line_end + 1));
  const bool sealed = head == sealed_header(role) || head == sealed_header(role, kMagic);
  if (!sealed && head != plain_header(role)) {
    return fail(Code::kMalformed, "it is not a key file for the role " + std::string(role), path.string());
  }
  BytesView rest = bytes.substr(head.size());
  if (rest.empty() || rest.back() != '\n')
    return fail(Code::kMalformed, "the key file is cut off", path.string());
  auto content = from_base64(rest.substr(0, rest.size() - 1));
  if (!content.ok()) return fail(Code::kMalformed, content.error().message, path.string());
  if (sealed) return unseal(*content, passphrase, head, path.string());
  if (content->size() != kSeedBytes) return fail(Code::kMalformed, "the key has not 32 bytes", path.string());
  return *content;
}

}  // namespace

Result<Bytes> read_key_file(const std::filesystem::path& path, std::string_view role,
                            std::string_view passphrase) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return io_error(path, "it could not be opened");
  if ((info.st_mode & 0077) != 0) {
    return fail(Code::kRefused, "others may read this key file; run: chmod 600 " + path.string(),
                path.string());
  }
  KOINON_ASSIGN(Bytes bytes, read_key_bytes(path));
  auto seed = read_key_text(bytes, role, passphrase, path);
  wipe(bytes);
  return seed;
}

}  // namespace koinon
