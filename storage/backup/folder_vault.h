// A backup in a folder: `koinon-backup` (its head), `chunks/XX/NAME`, `manifests/NUMBER`, `slots/NAME`, and
// `partial/` for what is being written.
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
  Status put_slot(BytesView slot) override;
  Result<std::vector<Bytes>> slots() override;

 private:
  FolderVault(std::filesystem::path path, Protection protection, DiskFile head)
      : path_(std::move(path)), protection_(protection), head_(std::move(head)) {}
  std::filesystem::path chunk(const Hash& name) const;
  Status make_folders();

  std::filesystem::path path_;
  Protection protection_;
  DiskFile head_;  // locked by whoever writes
};

}  // namespace koinon::backup
