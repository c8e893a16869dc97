#include "storage/backup/folder_vault.h"

#include <algorithm>
#include <system_error>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::backup {
namespace {

constexpr const char* kHead = "koinon-backup";
constexpr const char* kUnfinishedHead = "koinon-backup.new";  // as write_whole calls it
constexpr std::size_t kMostOfHead = 64;
constexpr std::size_t kNumberDigits = 10;

std::string file_of(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(kNumberDigits - std::min(kNumberDigits, digits.size()), '0') + digits;
}

Result<Bytes> read_at_most(const std::filesystem::path& path, std::size_t most, bool fresh) {
  KOINON_ASSIGN(const DiskFile file, DiskFile::open(path));
  if (fresh) file.forget();
  KOINON_ASSIGN(const std::uint64_t size, file.size());
  if (size > most) return fail(Code::kMalformed, "it is larger than it may be", path.string());
  return file.read(0, static_cast<std::size_t>(size));
}

// Whether nothing is there, or an empty folder, or one with a head that was not finished.
Result<bool> is_free(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return true;
  if (status.type() != std::filesystem::file_type::directory) return false;
  std::filesystem::directory_iterator all(path, error);
  if (error) return fail(Code::kIo, "it cannot be looked into: " + error.message(), path.string());
  const std::filesystem::directory_iterator end;
  if (all == end) return true;
  if (all->path().filename() != kUnfinishedHead) return false;
  all.increment(error);
  if (error) return fail(Code::kIo, "it cannot be looked into: " + error.message(), path.string());
  return all == end;
}

}  // namespace

Result<std::unique_ptr<Vault>> FolderVault::open_to_write(const std::filesystem::path& path,
                                                          Protection protection) {
  KOINON_ASSIGN(const bool fresh, is_free(path));
  if (fresh) {
    KOINON_TRY(make_folder(path));
    KOINON_TRY(write_whole(path / kHead, vault_head(protection)));
  }
  KOINON_ASSIGN(const Bytes text, read_at_most(path / kHead, kMostOfHead, false));
  KOINON_ASSIGN(const Protection there, read_vault_head(text, path));
  if (there != protection)
    return fail(Code::kConflict,
                "the backup there is protected in another way; choose another folder, or protect "
                "this one as it was",
                path.string());
  KOINON_ASSIGN(DiskFile head, DiskFile::open_to_change(path / kHead));
  KOINON_ASSIGN(const bool ours, head.lock());
  if (!ours) return fail(Code::kUnavailable, "another backup is being written there", path.string());
  std::unique_ptr<FolderVault> vault(new FolderVault(path, protection, std::move(head)));
  KOINON_TRY(vault->make_folders());
  return std::unique_ptr<Vault>(std::move(vault));
}

Result<std::unique_ptr<Vault>> FolderVault::open_to_read(const std::filesystem::path& path) {
  const auto text = read_at_most(path / kHead, kMostOfHead, false);
  if (!text.ok())
    return fail(text.error().code == Code::kNotFound ? Code::kMalformed : text.error().code,
                "it is no backup: it has no file " + std::string(kHead), path.string());
  KOINON_ASSIGN(const Protection protection, read_vault_head(*text, path));
  KOINON_ASSIGN(DiskFile head, DiskFile::open(path / kHead));
  return std::unique_ptr<Vault>(new FolderVault(path, protection, std::move(head)));
}

// What a run that was cut short left half written is removed.
Status FolderVault::make_folders() {
  std::error_code ignored;
  std::filesystem::remove_all(path_ / "partial", ignored);
  for (const char* name : {"partial", "chunks", "manifests", "names", "slots"})
    KOINON_TRY(make_folder(path_ / name));
  return {};
}

std::filesystem::path FolderVault::chunk(const Hash& name) const {
  const std::string hex = to_hex(name.view());
  return path_ / "chunks" / hex.substr(0, 2) / hex;
}

Result<bool> FolderVault::has(const Hash& name) {
  std::error_code error;
  const bool there = std::filesystem::exists(chunk(name), error);
  if (error) return fail(Code::kIo, "it cannot be looked at: " + error.message(), chunk(name).string());
  return there;
}

Status FolderVault::put(const Hash& name, BytesView box) {
  const auto path = chunk(name);
  const auto partial = path_ / "partial" / path.filename();
  {
    KOINON_ASSIGN(DiskFile file, DiskFile::create(partial));
    const Status written = file.write(0, box);
    if (!written.ok()) {
      std::error_code ignored;
      std::filesystem::remove(partial, ignored);
      return written;
    }
  }
  KOINON_TRY(make_folder(path.parent_path()));
  return rename_path(partial, path);
}

Result<Bytes> FolderVault::get(const Hash& name, std::size_t most) {
  return read_at_most(chunk(name), most, true);
}

Status FolderVault::settle() { return sync_file_system(path_); }

Status FolderVault::put_manifest(std::uint64_t number, BytesView box) {
  return write_whole(path_ / "manifests" / file_of(number), box);
}

Result<Bytes> FolderVault::manifest(std::uint64_t number) {
  return read_at_most(path_ / "manifests" / file_of(number), limits::kBackupManifestBytes, true);
}

Result<std::vector<std::uint64_t>> FolderVault::manifests() { return numbers_in("manifests"); }

Result<std::vector<std::uint64_t>> FolderVault::numbers_in(const char* folder) const {
  std::vector<std::uint64_t> out;
  std::error_code error;
  std::filesystem::directory_iterator all(path_ / folder, error);
  if (error) return fail(Code::kMalformed, "the backup has no " + std::string(folder), path_.string());
  for (const auto& file : all) {
    const std::string name = file.path().filename().string();
    const auto first = name.find_first_not_of('0');
    if (name.size() != kNumberDigits || first == std::string::npos) continue;
    if (const auto number = parse_decimal(std::string_view(name).substr(first)); number.ok())
      out.push_back(*number);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Status FolderVault::put_names(std::uint64_t number, BytesView box) {
  if (box.size() > limits::kBackupNamesBytes) return {};  // its place is then not pruned
  return write_whole(path_ / "names" / file_of(number), box);
}

Result<Bytes> FolderVault::names(std::uint64_t number) {
  return read_at_most(path_ / "names" / file_of(number), limits::kBackupNamesBytes, true);
}

Status FolderVault::keep_numbers(const char* folder, const std::vector<std::uint64_t>& numbers) const {
  KOINON_ASSIGN(const auto all, numbers_in(folder));
  bool removed = false;
  for (const std::uint64_t number : all) {
    if (std::find(numbers.begin(), numbers.end(), number) != numbers.end()) continue;
    const auto path = path_ / folder / file_of(number);
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) return fail(Code::kIo, "it cannot be removed: " + error.message(), path.string());
    removed = true;
  }
  return removed ? sync_folder(path_ / folder) : Status();
}

Status FolderVault::keep_manifests(const std::vector<std::uint64_t>& numbers) {
  KOINON_TRY(keep_numbers("manifests", numbers));
  return keep_numbers("names", numbers);
}

Result<std::uint64_t> FolderVault::keep_chunks(const std::function<bool(const Hash&)>& is_needed) {
  std::uint64_t removed = 0;
  std::error_code error;
  const auto failed = [this, &error] {
    return fail(Code::kIo, "what no backup needs cannot be removed: " + error.message(), path_.string());
  };
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator groups(path_ / "chunks", error);
  for (; !error && groups != end; groups.increment(error)) {
    std::filesystem::directory_iterator all(groups->path(), error);
    for (; !error && all != end; all.increment(error)) {
      const auto name = from_hex(all->path().filename().string());
      if (!name.ok() || name->size() != Hash::kSize || is_needed(Hash::from(*name))) continue;
      std::filesystem::remove(all->path(), error);
      if (error) return failed();
      ++removed;
    }
    if (error) return failed();
  }
  if (error) return failed();
  return removed;
}

Status FolderVault::put_slot(BytesView slot) {
  std::error_code error;
  std::size_t there = 0;
  for (std::filesystem::directory_iterator all(path_ / "slots", error), end; !error && all != end;
       all.increment(error))
    ++there;
  if (error) return fail(Code::kIo, "it cannot be looked into: " + error.message(), path_.string());
  if (there >= limits::kBackupSlots) return too_many_slots(path_);
  return write_whole(path_ / "slots" / to_hex(sha256(slot).view()), slot);
}

Result<std::vector<Bytes>> FolderVault::slots() {
  std::vector<Bytes> out;
  std::error_code error;
  std::filesystem::directory_iterator all(path_ / "slots", error);
  if (error) return fail(Code::kMalformed, "the backup has no slots", path_.string());
  for (const auto& file : all) {
    if (file.path().extension() == ".new") continue;
    if (out.size() == limits::kBackupSlots) break;
    KOINON_ASSIGN(Bytes slot, read_at_most(file.path(), limits::kBackupSlotBytes, false));
    out.push_back(std::move(slot));
  }
  return out;
}

}  // namespace koinon::backup
