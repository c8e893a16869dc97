#include "tools/doctor/disk.h"

namespace koinon::doctor {
namespace {

constexpr std::uint64_t kFewFiles = 1000;

}  // namespace

Findings check(const DiskFacts& facts) {
  Findings out;
  const std::string left = bytes_text(facts.free_bytes) + " of " + bytes_text(facts.size_bytes);
  if (facts.read_only)
    out.push_back({Weight::kProblem, "disk.read_only", "The disk of the data folder is mounted read-only.",
                   "Nothing can be published or received. Linux does that by itself to a disk that fails.",
                   "dmesg says why. If it fails: a new disk, and RUNBOOK, \"Restore\"."});
  if (facts.free_bytes < facts.reserve_bytes)
    out.push_back({Weight::kProblem, "disk.full", "Only " + left + " are free on the disk.",
                   "The rest is kept for this city's own notes (disk.reserve_bytes): what other cities send "
                   "waits.",
                   "Make room, or a larger disk. It goes on by itself."});
  else if (facts.free_bytes < facts.alarm_bytes)
    out.push_back({Weight::kWarning, "disk.low", "Only " + left + " are free on the disk.",
                   "Soon what other cities send must wait.",
                   "Make room, or a larger disk. Quotas bound what others may take: RUNBOOK, \"Trust\"."});
  if (facts.most_files > 0 && facts.free_files < kFewFiles)
    out.push_back(
        {Weight::kProblem, "disk.files",
         "The disk has room for " + std::to_string(facts.free_files) + " more files.",
         "However many bytes are free: without one, no database can grow.",
         "Remove small files in great numbers (df -i; /var/spool, /tmp), or make the file system anew."});
  if (!facts.network.empty())
    out.push_back({Weight::kProblem, "disk.network",
                   "The data folder lies on a file system in the network (" + facts.network + ").",
                   "SQLite's locks and its shared memory do not hold there: databases break.",
                   "Move the folder to a local disk: RUNBOOK, \"Moving\"."});
  if (facts.store_most > 0 && facts.store_bytes > facts.store_most / 10 * 9)
    out.push_back({Weight::kWarning, "disk.quota",
                   "The store has " + bytes_text(facts.store_bytes) + " of the " +
                       bytes_text(facts.store_most) + " of store.max_bytes.",
                   "At its quota it takes nothing more.", "Raise store.max_bytes, if the disk has room."});
  return out;
}

}  // namespace koinon::doctor
