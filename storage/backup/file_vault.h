// A backup in one file: a head of 64 bytes, then records that are only appended: their kind, the length of
// what they hold, its name, and a box. Of two records of one name the later counts. The head says up to where
// the file was settled when its last manifest was written. What is torn behind that is cut off by the next
// run that writes; who reads passes it by. What is torn before it is damage: has_all() is false, and nobody
// writes.
#pragma once

#include <unordered_map>

#include "storage/backup/disk_file.h"
#include "storage/backup/vault.h"

namespace koinon::backup {

class FileVault final : public Vault {
 public:
  static Result<std::unique_ptr<Vault>> open_to_write(const std::filesystem::path& path,
                                                      Protection protection);
  static Result<std::unique_ptr<Vault>> open_to_read(const std::filesystem::path& path);

  Protection protection() const override { return protection_; }
  Result<bool> has(const Hash& name) override { return chunks_.contains(name); }
  Status put(const Hash& name, BytesView box) override;
  Result<Bytes> get(const Hash& name, std::size_t most) override;
  Status settle() override;
  Status put_manifest(std::uint64_t number, BytesView box) override;
  Result<Bytes> manifest(std::uint64_t number) override;
  Result<std::vector<std::uint64_t>> manifests() override;
  bool has_all() const override { return end_ >= settled_; }
  Status put_slot(BytesView slot) override;
  Result<std::vector<Bytes>> slots() override;

 private:
  struct Place {
    std::uint64_t at = 0;
    std::uint32_t bytes = 0;
  };
  struct Record {
    char kind = 0;
    std::uint32_t bytes = 0;
    Hash name;
  };
  FileVault(std::filesystem::path path, Protection protection, DiskFile file)
      : path_(std::move(path)), protection_(protection), file_(std::move(file)) {}
  Status scan();
  Status write_settled();
  Result<std::optional<Record>> record_at(std::uint64_t at, std::uint64_t end) const;
  Result<bool> take(const Record& record, std::uint64_t at, bool look);
  Status append(char kind, const Hash& name, BytesView box);
  Result<Bytes> read(const Place& place, std::size_t most) const;

  std::filesystem::path path_;
  Protection protection_;
  DiskFile file_;
  std::uint64_t end_ = 0;                   // of what is whole
  std::uint64_t settled_ = 0;               // as the head says it; 0: it says nothing
  std::unordered_map<Hash, Place> chunks_;  // some 60 bytes a chunk of 64 KiB
  std::vector<Place> manifests_;
  std::vector<Place> slots_;
};

}  // namespace koinon::backup
