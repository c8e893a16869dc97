#include "storage/backup/vault.h"

#include <system_error>

#include "storage/backup/file_vault.h"
#include "storage/backup/folder_vault.h"

namespace koinon::backup {
namespace {

constexpr std::string_view kMagic = "koinon-backup/v1 ";
constexpr std::string_view kWords[] = {"open", "passphrase", "public-key"};

Error only_grows() {
  return fail(Code::kInvalidArgument, "a backup in one file only grows; older ones are removed from a folder",
              "keep");
}

}  // namespace

Status Vault::put_names(std::uint64_t, BytesView) { return {}; }
Result<Bytes> Vault::names(std::uint64_t) { return only_grows(); }
Status Vault::keep_manifests(const std::vector<std::uint64_t>&) { return only_grows(); }
Result<std::uint64_t> Vault::keep_chunks(const std::function<bool(const Hash&)>&) { return only_grows(); }

std::string vault_head(Protection protection) {
  return std::string(kMagic) + std::string(kWords[static_cast<std::size_t>(protection)]) + "\n";
}

Result<Protection> read_vault_head(BytesView head, const std::filesystem::path& path) {
  const BytesView line = head.substr(0, head.find('\n'));
  if (line.starts_with(kMagic)) {
    for (const auto kind : {Protection::kOpen, Protection::kPassphrase, Protection::kPublicKey}) {
      if (line.substr(kMagic.size()) == kWords[static_cast<std::size_t>(kind)]) return kind;
    }
  }
  return fail(Code::kMalformed, "it is no backup of Koinon, or one of a newer version", path.string());
}

Error too_many_slots(const std::filesystem::path& path) {
  return fail(Code::kTooLarge, "so many backups were written there that it takes no more; begin a new place",
              path.string());
}

Result<std::unique_ptr<Vault>> open_vault_to_write(const std::filesystem::path& path, bool one_file,
                                                   Protection protection) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::regular) one_file = true;
  if (type == std::filesystem::file_type::directory && one_file)
    return fail(Code::kConflict, "a folder is there; name a file", path.string());
  return one_file ? FileVault::open_to_write(path, protection) : FolderVault::open_to_write(path, protection);
}

Result<std::unique_ptr<Vault>> open_vault_to_read(const std::filesystem::path& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found)
    return fail(Code::kNotFound, "there is no backup", path.string());
  return type == std::filesystem::file_type::directory ? FolderVault::open_to_read(path)
                                                       : FileVault::open_to_read(path);
}

}  // namespace koinon::backup
