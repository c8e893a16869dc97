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
  // Of a backup to a public key, which anybody can close: that all of it was written by who knows the file
  // keys/node.key in it, as `to`, the public key, and that file say. kRefused: by somebody else.
  Status check_maker(const SealingKey& to);
  // One file, in memory. Nothing: the backup has none of that path. kTooLarge: it has more than `limit`
  // bytes. kMalformed: it is damaged. A backup to a public key needs check_maker first.
  Result<std::optional<Bytes>> small_file(std::string_view path, std::uint64_t limit);
  // Writes all files into a folder that is there, each of them verified and on the disk. kMalformed: a chunk
  // is damaged or missing; the error names the file. A backup to a public key needs check_maker first.
  Status write_files(const std::filesystem::path& folder, const Progress& progress);

 private:
  BackupReader(Vault& vault, KeyRing keys) : vault_(&vault), keys_(std::move(keys)) {}
  Result<Bytes> open(BytesView box, const Hash& name) const;
  Result<Bytes> content(const Hash& name);
  Status is_to_be_read() const;
  const BackupFile* find(std::string_view path) const;
  Status read_file(const BackupFile& file, const std::function<Status(BytesView)>& take);
  Status write_file(const BackupFile& file, const std::filesystem::path& to,
                    const std::function<void(std::size_t)>& step);

  Vault* vault_;
  KeyRing keys_;
  std::uint64_t number_ = 0;
  Manifest manifest_;
  Bytes naming_;  // chunks are named by it; empty: that is not looked at
};

}  // namespace koinon::backup
