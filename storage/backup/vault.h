// Where a backup is kept: a folder, or one file. It keeps boxes (crypto/backup_box.h) by name and understands
// none of them. A vault belongs to one thread; one process at a time writes to a place.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::backup {

// How all that is kept in one place is protected, for good.
enum class Protection : unsigned char { kOpen, kPassphrase, kPublicKey };

// What is kept is not settled, and may be gone after a power loss, before settle() returns.
class Vault {
 public:
  virtual ~Vault() = default;
  virtual Protection protection() const = 0;

  virtual Result<bool> has(const Hash& name) = 0;
  // Replaces what has this name. Cut short, it has kept nothing.
  virtual Status put(const Hash& name, BytesView box) = 0;
  // kNotFound: nothing has this name. Not more than `most` bytes are read: kMalformed.
  virtual Result<Bytes> get(const Hash& name, std::size_t most) = 0;
  // All that was put is on the disk, and what is got from now on comes from there.
  virtual Status settle() = 0;

  // Manifests have numbers from 1 on. After it returns the manifest is on the disk, or it was never there.
  virtual Status put_manifest(std::uint64_t number, BytesView box) = 0;
  virtual Result<Bytes> manifest(std::uint64_t number) = 0;
  virtual Result<std::vector<std::uint64_t>> manifests() = 0;  // ascending
  // False: the place is damaged, or was cut off, and newer backups than those in manifests() may be lost.
  virtual bool has_all() const { return true; }

  // Whether single backups can be removed; else the next four do nothing, or fail with kInvalidArgument.
  virtual bool can_remove() const { return false; }
  // The names of all chunks that a manifest needs, as a box (names_name); on the disk when it returns.
  virtual Status put_names(std::uint64_t number, BytesView box);
  // kNotFound: there are none. At most limits::kBackupNamesBytes are read.
  virtual Result<Bytes> names(std::uint64_t number);
  // Removes all manifests but these; that is on the disk when it returns. Cut short, it is called again.
  virtual Status keep_manifests(const std::vector<std::uint64_t>& numbers);
  // Removes each chunk that `is_needed` denies. How many.
  virtual Result<std::uint64_t> keep_chunks(const std::function<bool(const Hash&)>& is_needed);

  // kTooLarge: the place has limits::kBackupSlots of them.
  virtual Status put_slot(BytesView slot) = 0;
  virtual Result<std::vector<Bytes>> slots() = 0;  // at most limits::kBackupSlots
};

// A place to write to. If nothing is there, it is made: as one file if `one_file`, else as a folder.
// kConflict: what is there is no backup, or protected in another way. kUnavailable: another backup is being
// written there. kMalformed: it is no backup, or one that has not all that was finished there.
Result<std::unique_ptr<Vault>> open_vault_to_write(const std::filesystem::path& path, bool one_file,
                                                   Protection protection);
// kNotFound: nothing is there. kMalformed: it is no backup.
Result<std::unique_ptr<Vault>> open_vault_to_read(const std::filesystem::path& path);

Error too_many_slots(const std::filesystem::path& path);
// The first line of a backup.
std::string vault_head(Protection protection);
Result<Protection> read_vault_head(BytesView head, const std::filesystem::path& path);

}  // namespace koinon::backup
