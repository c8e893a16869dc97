// Reads a backup: verifies it, and writes out the files that it has. Belongs to one thread.
#pragma once

#include <filesystem>

#include "storage/backup/backup_keys.h"
#include "storage/backup/backup_writer.h"
#include "storage/backup/manifest.h"

namespace koinon::backup {

class BackupReader {
 public:
  // Verifies the manifest of one backup, without a number the newest. kNotFound: there is no such backup
  // there, or none was finished. kMalformed: it is damaged, or no number is given where newer ones are lost.
  static Result<BackupReader> open(Vault& vault, KeyRing keys, std::optional<std::uint64_t> number = {});

  std::uint64_t number() const { return number_; }
  const Manifest& manifest() const { return manifest_; }
  // Writes all files into a folder that is there, each of them verified and on the disk. kMalformed: a chunk
  // is damaged or missing; the error names the file.
  Status write_files(const std::filesystem::path& folder, const Progress& progress);

 private:
  BackupReader(Vault& vault, KeyRing keys) : vault_(&vault), keys_(std::move(keys)) {}
  Result<Bytes> open(BytesView box, const Hash& name) const;
  Result<Bytes> content(const Hash& name);
  Status write_file(const BackupFile& file, const std::filesystem::path& to,
                    const std::function<void(std::size_t)>& step);

  Vault* vault_;
  KeyRing keys_;
  std::uint64_t number_ = 0;
  Manifest manifest_;
};

}  // namespace koinon::backup
