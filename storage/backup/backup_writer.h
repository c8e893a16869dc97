// Writes a backup, and reads back what it wrote. What is there already from earlier runs, or from a run that
// was cut short, is not written again. Belongs to one thread.
#pragma once

#include "storage/backup/backup_keys.h"
#include "storage/backup/manifest.h"
#include "storage/backup/node_files.h"

namespace koinon::backup {

// Bytes done of all bytes.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Asked after each chunk that was written, and after each that was read back. An error ends the run.
using MayGoOn = std::function<Status()>;

struct BackupReport {
  std::uint64_t number = 0;   // of the backup in its place
  std::uint64_t bytes = 0;    // of the node's files
  std::uint64_t chunks = 0;   // of the files, and the lists that name them
  std::uint64_t written = 0;  // of these, that were not there
  std::uint64_t mended = 0;   // chunks that were there, damaged
};

// It counts from the moment it returns: an error leaves the earlier backups in the place as they are.
// kDiskFull: there is no room; run again, it goes on. kIo: what was written does not read back.
Result<BackupReport> write_backup(Vault& vault, const WritingKeys& keys, const std::vector<SourceFile>& files,
                                  UnixMillis made, const Progress& progress, const MayGoOn& may_go_on = {});

}  // namespace koinon::backup
