#include "tools/doctor/keys.h"

namespace koinon::doctor {

Findings check(const KeyFacts& facts) {
  Findings out;
  for (const KeyFacts::File& file : facts.files) {
    if ((file.mode & 077) != 0)
      out.push_back({Weight::kProblem, "keys.loose", "Other users may read " + file.path + ".",
                     "Whoever has it can sign as this city, or be this node. koinond does not start with it.",
                     "chmod 600 " + file.path +
                         ". If somebody may have read it, make new keys: RUNBOOK, \"A new signing key\", \"A "
                         "new node key\"."});
    if (file.foreign)
      out.push_back({Weight::kProblem, "keys.owner", file.path + " belongs to another user than its folder.",
                     "koinond may not read it and does not start.",
                     "chown it to the user of the folder; run koinon commands as that user."});
    if (!file.fault.empty())
      out.push_back({Weight::kProblem, "keys.damaged", file.path + " does not open: " + file.fault + ".",
                     "koinond does not start.",
                     "Put it back from the backup. If there is none: RUNBOOK, \"The machine is gone\"."});
  }
  if (facts.sealed && !facts.passphrase_at_hand)
    out.push_back(
        {Weight::kWarning, "keys.no_passphrase",
         "koinond is down, its keys are sealed, and koinond.toml names no file with the passphrase.",
         "It starts only where it is given otherwise: --passphrase-file, or the systemd "
         "credential passphrase.",
         "If that is not so, name it: passphrase_file. RUNBOOK, \"Sealed keys\"."});
  if (!facts.passphrase_fault.empty())
    out.push_back(
        {Weight::kProblem, "keys.passphrase",
         "The credential with the passphrase of the keys cannot be read: " + facts.passphrase_fault + ".",
         "koinond does not start.", "Mend the file that it comes from. RUNBOOK, \"Sealed keys\"."});
  return out;
}

}  // namespace koinon::doctor
