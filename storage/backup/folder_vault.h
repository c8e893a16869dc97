// A backup in a folder: `koinon-backup` (its head), `chunks/XX/NAME`, `manifests/NUMBER`, `names/NUMBER`
// (what that manifest needs), `slots/NAME`, and `partial/` for what is being written.
#pragma once

#include "storage/backup/disk_file.h"
#include "storage/backup/vault.h"

namespace koinon::backup {

class FolderVault final : public Vault {
 public:
  static Result<std::unique_ptr<Vault>> open_to_write(const std::filesystem::path& path,
                                                      Protection protection);
  static Result<std::unique_ptr<Vault>> open_to_read(const std::filesystem::path& path);

  Protection protection() const override { return protection_; }
  Result<bool> has(const Hash& name) override;
  Status put(const Hash& name, BytesView box) override;
  Result<Bytes> get(const Hash& name, std::size_t most) override;
  Status settle() override;
  Status put_manifest(std::uint64_t number, BytesView box) override;
  Result<Bytes> manifest(std::uint64_t number) override;
  Result<std::vector<std::uint64_t>> manifests() override;
  bool can_remove() const override { return true; }
  Status put_names(std::uint64_t number, BytesView box) override;
  Result<Bytes> names(std::uint64_t number) override;
  Status keep_manifests(const std::vector<std::uint64_t>& numbers) override;
  Result<std::uint64_t> keep_chunks(const std::function<bool(const Hash&)>& is_needed) override;
  Status put_slot(BytesView slot) override;
  Result<std::vector<Bytes>> slots() override;

 private:
  FolderVault(std::filesystem::path path, Protection protection, DiskFile head)
      : path_(std::move(path)), protection_(protection), head_(std::move(head)) {}
  std::filesystem::path chunk(const Hash& name) const;
  Result<std::vector<std::uint64_t>> numbers_in(const char* folder) const;
  Status keep_numbers(const char* folder, const std::vector<std::uint64_t>& numbers) const;
  Status make_folders();

  std::filesystem::path path_;
  Protection protection_;
  DiskFile head_;  // locked by whoever writes
};

}  // namespace koinon::backup
