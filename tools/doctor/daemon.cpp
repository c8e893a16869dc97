#include "tools/doctor/daemon.h"

namespace koinon::doctor {

Findings check(const DaemonFacts& facts) {
  using State = DaemonFacts::State;
  if (!facts.folder_fault.empty())
    return {{Weight::kProblem, "daemon.folder", facts.folder_fault + ".",
             "koinond starts in a folder with a whole node alone: another one would be another city, which "
             "cannot sign for this one.",
             "Name the right folder with --data, or put back what is missing from a backup (RUNBOOK, "
             "\"Restore\"). Without a backup: \"The machine is gone\"."}};
  const std::string log = facts.start.log.empty() ? "its standard error" : facts.start.log;
  switch (facts.state) {
    case State::kAnswers:
      return {};
    case State::kDown:
      return {{Weight::kProblem, "daemon.down", "koinond does not run for " + facts.folder + ".",
               "Nobody reads or publishes here, and what other cities publish does not arrive.",
               "Start it: " + facts.start.command +
                   ". If it ends again, the last line of its log says why (" + log + ")."}};
    case State::kStarts:
      return {{Weight::kProblem, "daemon.starts",
               "A program uses " + facts.folder + ", and nothing answers on its socket.",
               "koinond starts or stops, or a koinon restore, fsck or recover is at work.",
               "Wait a minute and look again. If it stays so, its log says what it does (" + log + ")."}};
    case State::kSilent:
      return {{Weight::kProblem, "daemon.silent", "koinond takes connections and does not answer.",
               "Readers wait in vain. Its disk may hang, or the process may be stopped.",
               "Look at the disk (dmesg, iostat), then: " + facts.start.anew + "."}};
    case State::kForbidden:
      if (facts.is_users_own)
        return {{Weight::kProblem, "files.owner", facts.refusal + ".",
                 "koinond may not use it either, and does not start. So it is after files were put back as "
                 "another user.",
                 "Do what the sentence above says; as root for chown. Then look again."}};
      return {{Weight::kWarning, "daemon.forbidden",
               "This user may not ask koinond" + (facts.refusal.empty() ? "" : ": " + facts.refusal) + ".",
               "Most of what is to be looked at was not looked at.",
               "Run koinon doctor as root, or as the user to whom " + facts.folder + " belongs."}};
    case State::kStranger:
      return {{Weight::kProblem, "daemon.stranger", facts.stranger + ".",
               "Whoever put that socket there may answer whatever they like, and nobody reaches koinond.",
               "ss -xlp names its process: end it, let nobody else into the folder (chmod 700 " +
                   facts.folder + "), then: " + facts.start.anew + "."}};
  }
  return {};
}

}  // namespace koinon::doctor
