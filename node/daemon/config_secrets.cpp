#include "node/daemon/config_secrets.h"

#include "crypto/key_file.h"
#include "crypto/secret_memory.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/service_manager.h"

namespace koinon {
namespace {

constexpr std::size_t kSecretFileBytes = 1024;
constexpr std::size_t kSsoSecretBytes = 16;

std::string secret_file(const std::string& named, std::string_view name) {
  if (!named.empty()) return named;
  const auto given = credential(name);
  return given ? given->string() : std::string();
}

// The error names the key; the file stands in its sentence.
Error of_key(const Error& error, const std::string& key) {
  Error out = again_as(error.code, error, key);
  if (!error.field.empty()) out.message = error.field + ": " + error.message;
  return out;
}

Result<std::string> read_secret(const std::string& path, const std::string& key, std::size_t least,
                                const std::string& too_short) {
  auto read = read_secret_file(path, kSecretFileBytes);
  if (!read.ok()) return of_key(read.error(), key);
  while (read->ends_with('\n') || read->ends_with('\r')) read->pop_back();
  if (read->size() < least) return fail(Code::kInvalidArgument, path + ": " + too_short, key);
  return std::move(*read);
}

bool is_pipe(const std::string& path) {
  std::error_code unknown;
  const auto type = std::filesystem::status(path, unknown).type();
  return type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character;
}

template <typename Read>
void look(const std::string& path, const std::string& key, Read read, std::vector<Error>& faults) {
  if (path.empty() || is_pipe(path)) return;
  auto secret = read();
  if (!secret.ok()) {
    faults.push_back(secret.error().field == key ? secret.error() : of_key(secret.error(), key));
    return;
  }
  wipe(*secret);
}

}  // namespace

std::string sso_secret_file(const Config& config) {
  return secret_file(config.http_sso_secret_file, "sso-secret");
}

std::string mail_password_file(const Config& config) {
  return secret_file(config.smtp_password_file, "mail-password");
}

Result<std::string> read_sso_secret(const Config& config) {
  const std::string file = sso_secret_file(config);
  if (file.empty()) return std::string();
  return read_secret(file, "http.sso_secret_file", kSsoSecretBytes, "a secret has at least 16 bytes");
}

Result<std::string> read_mail_password(const Config& config) {
  const std::string file = mail_password_file(config);
  if (file.empty()) return std::string();
  return read_secret(file, "mail.password_file", 1, "the password file is empty");
}

void check_secret_files(const Config& config, std::vector<Error>& faults) {
  look(
      config.passphrase_file, "passphrase_file", [&] { return read_passphrase(config.passphrase_file); },
      faults);
  look(
      config.http_sso_secret_file, "http.sso_secret_file", [&] { return read_sso_secret(config); }, faults);
  look(
      config.smtp_password_file, "mail.password_file", [&] { return read_mail_password(config); }, faults);
}

}  // namespace koinon
