#include "tools/doctor/limits.h"

namespace koinon::doctor {
namespace {

constexpr std::uint64_t kFiles = 1024;             // connections of peers and readers, and the databases
constexpr std::uint64_t kFileBytes = 1ULL << 40;   // what a store may become
constexpr std::uint64_t kLockedBytes = 64 * 1024;  // keys in memory

}  // namespace

Findings check(const LimitFacts& facts) {
  Findings out;
  if (facts.files && *facts.files < kFiles)
    out.push_back({Weight::kWarning, "limits.files",
                   "koinond may open " + std::to_string(*facts.files) + " files and connections.",
                   "With many peers or readers it runs out: nobody gets in then.",
                   "LimitNOFILE=4096 in its unit (systemctl edit), or ulimit -n."});
  else if (facts.files && facts.open_files > *facts.files / 10 * 8)
    out.push_back(
        {Weight::kProblem, "limits.open_files",
         "koinond has " + std::to_string(facts.open_files) + " of " + std::to_string(*facts.files) +
             " files and connections open.",
         "At all of them no peer and no reader gets in.",
         "Raise LimitNOFILE= in its unit, and restart it. If the number grows again, koinond has a fault: "
         "report it where you have the program from, with the log."});
  if (facts.file_bytes && *facts.file_bytes < kFileBytes)
    out.push_back({Weight::kProblem, "limits.file_bytes",
                   "No file of koinond may grow beyond " + bytes_text(*facts.file_bytes) + ".",
                   "To the store that is a full disk.",
                   "LimitFSIZE=infinity in its unit, or ulimit -f unlimited."});
  if (facts.locked_bytes && *facts.locked_bytes < kLockedBytes)
    out.push_back({Weight::kWarning, "limits.locked_bytes",
                   "koinond may lock " + bytes_text(*facts.locked_bytes) + " of memory.",
                   "Its keys may be written to swap.", "LimitMEMLOCK=1M in its unit."});
  return out;
}

}  // namespace koinon::doctor
