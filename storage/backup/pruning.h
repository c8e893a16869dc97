// Removes older backups from a place. Killed at any point, it has removed whole backups, the oldest first,
// or chunks that no backup needs; the next run removes the rest. Belongs to one thread.
#pragma once

#include <optional>

#include "storage/backup/vault.h"

namespace koinon::backup {

struct PruneReport {
  std::uint64_t backups = 0;  // that were removed
  std::uint64_t chunks = 0;
  // No older one was removed: of this one, which is to be kept, it is not known what it needs. A version that
  // did not write that down made it, or what it wrote is damaged. It is over when newer ones have taken its
  // place.
  std::optional<std::uint64_t> unknown;
};

// Keeps the newest `keep` backups of a vault that was opened to write, and all that they need. Requires keep
// > 0. kInvalidArgument: the vault is one file.
Result<PruneReport> prune(Vault& vault, std::uint64_t keep);

}  // namespace koinon::backup
