#include "storage/backup/pruning.h"

#include <unordered_set>

#include "crypto/backup_box.h"
#include "crypto/hash.h"
#include "storage/backup/manifest.h"

namespace koinon::backup {
namespace {

// False: what it needs is not known.
Result<bool> add_names(Vault& vault, std::uint64_t number, std::unordered_set<Hash>& needed) {
  KOINON_ASSIGN(const Bytes manifest, vault.manifest(number));
  const auto box = vault.names(number);
  if (!box.ok() && box.error().code != Code::kNotFound && box.error().code != Code::kMalformed)
    return box.error();
  if (!box.ok()) return false;
  const auto names = open_box(*box, names_name(number), std::nullopt);
  if (!names.ok() || names->size() % Hash::kSize != 0) return false;
  // Of another one, which had this number and was not finished.
  if (!BytesView(*names).starts_with(sha256(manifest).view())) return false;
  for (std::size_t at = Hash::kSize; at < names->size(); at += Hash::kSize)
    needed.insert(Hash::from(BytesView(*names).substr(at, Hash::kSize)));
  return true;
}

}  // namespace

Result<PruneReport> prune(Vault& vault, std::uint64_t keep) {
  PruneReport report;
  KOINON_ASSIGN(std::vector<std::uint64_t> kept, vault.manifests());
  const bool has_older = kept.size() > keep;
  if (has_older) {
    report.backups = kept.size() - keep;
    kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(keep));
  }
  std::unordered_set<Hash> needed;
  for (const std::uint64_t number : kept) {
    KOINON_ASSIGN(const bool known, add_names(vault, number, needed));
    if (!known) return PruneReport{0, 0, has_older ? std::optional(number) : std::nullopt};
  }
  // Manifests first, for good: none may name a chunk that is gone.
  KOINON_TRY(vault.keep_manifests(kept));
  KOINON_ASSIGN(report.chunks, vault.keep_chunks([&](const Hash& name) { return needed.contains(name); }));
  return report;
}

}  // namespace koinon::backup
